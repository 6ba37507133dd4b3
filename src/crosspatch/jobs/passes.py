"""Forward passes over histories: what every block leaves and adds where a forced token is predicted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cosine_similarity
from transformers import PreTrainedModel

from crosspatch.errors import MeasurementError
from crosspatch.jobs.cells import right_padded
from crosspatch.models.halves import run_late
from crosspatch.models.loading import blocks_as_stack, text_stack
from crosspatch.models.mlp_writes import Keep, MlpWrites, seen_writes
from crosspatch.models.readout import Readout

BLOCK: Final = "delta_cos_block"
MLP: Final = "delta_cos_mlp"
Full = Float[Tensor, "row token d_model"]
"""States of all positions."""


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
    """Of the forced tokens of all histories, one after the other, where each is predicted.

    blocks: the state after each block, in the checkpoint's dtype; cosines: by name, of each block.
    """

    blocks: list[Float[Tensor, "step d_model"]]
    cosines: dict[str, Float[Tensor, "block step"]]


def usable_histories(table: pd.DataFrame, mode: str) -> dict[str, History]:
    """Return the rows of a `histories` table that both checkpoints can read, by prompt, with the prompts of a mode.

    MeasurementError, naming the reasons, if there are none.
    """
    usable = table[table["usable"]]
    if usable.empty:
        reasons = sorted(set(table["reason"]))
        raise MeasurementError(
            f"none of {len(table)} histories is usable ({'; '.join(reasons)}); give the study other prompts"
        )
    rows = zip(usable["prompt_id"], usable[f"{mode}_prompt"], usable["forced"], strict=True)
    return {name: History([*map(int, prompt)], [*map(int, forced)]) for name, prompt, forced in rows}


def check_forced(histories: Mapping[str, History], readout: Readout) -> None:
    """MeasurementError, naming the prompt, if a forced token is none that the reader can choose."""
    real = readout.real.tolist()
    for prompt_id, history in histories.items():
        unreal = [token for token in history.forced if not real[token]]
        if unreal:
            raise MeasurementError(
                f"prompt {prompt_id!r}: forced token {unreal[0]} is none that this reader can choose; write the "
                "histories of the pair again"
            )


@torch.inference_mode()
def run_pass(model: PreTrainedModel, histories: Sequence[History]) -> PassStates:
    """Run every block of the model once over some histories, padded on the right to one length.

    Step 0 is predicted at the last position of the prompt. Of the states of all positions only those of steps are kept.
    """
    blocks = range(len(text_stack(model).layers))
    return run_blocks(model, blocks, embedded(model, histories), steps_of(histories, model.device))[1]


@torch.inference_mode()
def embedded(model: PreTrainedModel, histories: Sequence[History]) -> Full:
    """Return what enters the first block at all positions of some histories, padded on the right to one length."""
    tokens = right_padded([torch.tensor(history.read) for history in histories])
    states: Tensor = text_stack(model).embed_tokens(tokens.to(model.device))
    return states


def steps_of(histories: Sequence[History], device: torch.device) -> Keep:
    """Return what takes the states at the steps from those of all positions."""
    rows, positions = (place.to(device) for place in _places(histories))
    return lambda states: states[rows, positions]


@torch.inference_mode()
def run_blocks(model: PreTrainedModel, blocks: range, entering: Full, keep: Keep) -> tuple[Full, PassStates]:
    """Run some consecutive blocks on the states of all positions; return what leaves them, and what `keep` kept."""
    states = [keep(entering)]
    cosines: dict[str, list[Tensor]] = {BLOCK: [], MLP: []}

    def see(writes: MlpWrites) -> None:
        before, after, update = (one.float() for one in (states[-1], writes.after, writes.update))
        cosines[BLOCK].append(cosine_similarity(after - before, before, dim=-1))
        cosines[MLP].append(cosine_similarity(update, after - update, dim=-1))
        states.append(writes.after)

    with seen_writes(model, keep, see):
        leaving = run_late(blocks_as_stack(model, blocks), entering)
    return leaving, PassStates(states[1:], {name: torch.stack(values) for name, values in cosines.items()})


def _places(histories: Sequence[History]) -> tuple[Int[Tensor, " step"], Int[Tensor, " step"]]:
    """Row and position of every step."""
    rows = [row for row, history in enumerate(histories) for _ in history.forced]
    positions = [len(history.prompt) - 1 + step for history in histories for step in range(len(history.forced))]
    return torch.tensor(rows), torch.tensor(positions)
