"""What every MLP of a pass writes at the last position, and how much that supports a token."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import PreTrainedModel

from crosspatch.jobs.cells import last_positions
from crosspatch.models.mlp_writes import MlpWrites, seen_writes
from crosspatch.models.readout import Readout

VERSIONS = ("update", "module output")
"""What counts as the write of an MLP: what it adds to the residual stream, or what its module gives; post-norm families
normalise the latter before they add it."""


@contextmanager
def recorded_writes(model: PreTrainedModel, lengths: Sequence[int]) -> Iterator[list[MlpWrites]]:
    """Collect the writes of the one pass that is run meanwhile at the last positions, block after block.

    lengths: real positions of the pass's rows.
    """
    writes: list[MlpWrites] = []
    with seen_writes(model, partial(last_positions, lengths=lengths), writes.append):
        yield writes


@torch.inference_mode()
def mlp_supports(
    writes: Sequence[MlpWrites], readout: Readout, tokens: Int[Tensor, "row choice"]
) -> Float[Tensor, "row block version choice"]:
    """Return logit(before + write) - logit(before) of each token, norm and unembedding in float32.

    before is the residual stream that the MLP adds to, taken as the block's output h less the MLP's real update; of
    the state that the checkpoint had there it differs by the rounding of that one sum. With the real update as the
    write, before + write is h, so that its support is logit(h) - logit(h - update): what h would lose without it.
    With the module's output it is the published quantity (arXiv 2605.07284, appendix D), also where the norm after the
    MLP makes something else of that output. One state of one block is read at a time, in the room of eight such states
    in float32, whatever the number of blocks.
    """
    return torch.stack([_supports_of_block(written, readout, tokens) for written in writes], dim=1)


def _supports_of_block(
    writes: MlpWrites, readout: Readout, tokens: Int[Tensor, "row choice"]
) -> Float[Tensor, "row version choice"]:
    before = writes.after.float() - writes.update.float()
    without = readout.token_logits(before, tokens)
    written = [readout.token_logits(before + write.float(), tokens) for write in (writes.update, writes.output)]
    return torch.stack([logits - without for logits in written], dim=1)
