"""What every MLP of a pass writes at the last position, and how much that supports a token."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import PreTrainedModel

from crosspatch.experiments.factorial import last_positions
from crosspatch.models.architectures import architecture_of
from crosspatch.models.loading import text_stack
from crosspatch.models.readout import Readout

VERSIONS = ("update", "module output")
"""What counts as the write of an MLP: what it adds to the residual stream, or what its module gives; post-norm families
normalise the latter before they add it."""


@dataclass(frozen=True)
class MlpWrites:
    """Of every block at each row's last position, in float32: its output, what its MLP added, what the module gave."""

    after: Float[Tensor, "block row d_model"]
    update: Float[Tensor, "block row d_model"]
    output: Float[Tensor, "block row d_model"]


@contextmanager
def recorded_writes(model: PreTrainedModel, lengths: Sequence[int]) -> Iterator[list[MlpWrites]]:
    """Put the writes of the one pass that is run meanwhile into the list, when it is left.

    lengths: real positions of the pass's rows.
    """
    seen: dict[str, list[Tensor]] = {"after": [], "update": [], "output": []}

    def keep(name: str, _module: nn.Module, _given: tuple[Tensor, ...], given_back: Tensor) -> None:
        seen[name].append(last_positions(given_back, lengths).float())

    name = architecture_of(model.config.model_type).mlp_update
    handles, writes = [], []
    for layer in text_stack(model).layers:
        for what, module in (("after", layer), ("update", layer.get_submodule(name)), ("output", layer.mlp)):
            handles.append(module.register_forward_hook(partial(keep, what)))
    try:
        yield writes
        writes.append(MlpWrites(**{what: torch.stack(states) for what, states in seen.items()}))
    finally:
        for handle in handles:
            handle.remove()


@torch.inference_mode()
def mlp_supports(
    writes: MlpWrites, readout: Readout, tokens: Int[Tensor, "row choice"]
) -> Float[Tensor, "row block version choice"]:
    """Return logit(before + write) - logit(before) of each token, norm and unembedding in float32.

    before is the residual stream that the MLP adds to, taken as the block's output h less the MLP's real update; of
    the state that the checkpoint had there it differs by the rounding of that one sum. With the real update as the
    write, before + write is h, so that its support is logit(h) - logit(h - update): what h would lose without it.
    With the module's output it is the published quantity (arXiv 2605.07284, appendix D), also where the norm after the
    MLP makes something else of that output.
    """
    before = writes.after - writes.update
    states = torch.stack([before, before + writes.update, before + writes.output])
    each = tokens.expand(*states.shape[:2], *tokens.shape)
    logits = readout.token_logits(states.flatten(0, 2), each.flatten(0, 2)).unflatten(0, states.shape[:3])
    return (logits[1:] - logits[:1]).permute(2, 1, 0, 3)
