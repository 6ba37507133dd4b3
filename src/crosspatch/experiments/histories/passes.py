"""One forward pass over histories: what every block leaves and adds where a forced token is predicted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cosine_similarity
from transformers import PreTrainedModel

from crosspatch.jobs.cells import right_padded
from crosspatch.models.halves import every_block, run_upstream
from crosspatch.models.loading import text_stack
from crosspatch.models.mlp_writes import MlpWrites, seen_writes

BLOCK: Final = "delta_cos_block"
MLP: Final = "delta_cos_mlp"


@dataclass(frozen=True)
class History:
    """A prompt in the reader's mode and the tokens that are forced after it."""

    prompt: Sequence[int]
    forced: Sequence[int]

    @property
    def read(self) -> list[int]:
        """Tokens of the pass; the last forced one is predicted only."""
        return [*self.prompt, *self.forced[:-1]]


@dataclass(frozen=True)
class PassStates:
    """Of the forced tokens of all histories of a pass, one after the other, where each is predicted.

    blocks: the state after each block, in the checkpoint's dtype; cosines: by name, of each block.
    """

    blocks: list[Float[Tensor, "step d_model"]]
    cosines: dict[str, Float[Tensor, "block step"]]


@torch.inference_mode()
def run_pass(model: PreTrainedModel, histories: Sequence[History]) -> PassStates:
    """Run every block of the model once over some histories, padded on the right to one length.

    Step 0 is predicted at the last position of the prompt. Of the states of all positions only those of steps are kept.
    """
    rows, positions = (place.to(model.device) for place in _places(histories))
    entered: list[Tensor] = []
    blocks: list[Tensor] = []
    cosines: dict[str, list[Tensor]] = {BLOCK: [], MLP: []}

    def see(writes: MlpWrites) -> None:
        before, after, update = (one.float() for one in ([*entered, *blocks][-1], writes.after, writes.update))
        cosines[BLOCK].append(cosine_similarity(after - before, before, dim=-1))
        cosines[MLP].append(cosine_similarity(update, after - update, dim=-1))
        blocks.append(writes.after)

    def keep(states: Float[Tensor, "row token d_model"]) -> Float[Tensor, "step d_model"]:
        return states[rows, positions]

    first = text_stack(model).layers[0]
    handle = first.register_forward_pre_hook(lambda _, given: entered.append(keep(given[0])))
    try:
        with seen_writes(model, keep, see):
            tokens = right_padded([torch.tensor(history.read) for history in histories])
            run_upstream(every_block(model), tokens.to(model.device))
    finally:
        handle.remove()
    return PassStates(blocks, {name: torch.stack(values) for name, values in cosines.items()})


def _places(histories: Sequence[History]) -> tuple[Int[Tensor, " step"], Int[Tensor, " step"]]:
    """Row and position of every step."""
    rows = [row for row, history in enumerate(histories) for _ in history.forced]
    positions = [len(history.prompt) - 1 + step for history in histories for step in range(len(history.forced))]
    return torch.tensor(rows), torch.tensor(positions)
