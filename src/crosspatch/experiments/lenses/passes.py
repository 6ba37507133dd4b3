"""Passes of a frozen checkpoint over token rows: what its blocks leave in the residual stream, and what it predicts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.models.halves import every_block
from crosspatch.models.loading import text_stack
from crosspatch.models.readout import Readout, readout_of

LOGITS = {"cpu": 2**17, "cuda": 2**26}
"""Numbers that are unembedded at a time, rows times vocabulary, by device: on a CPU what its cache holds."""
IMPOSSIBLE = -1e30
"""Logit of a token that is not real, by which its probability is 0 and its ln p is finite."""


@dataclass(frozen=True)
class Row:
    """Token ids of one context, and the first position that is read; all after it are."""

    tokens: Sequence[int]
    first: int

    @property
    def read(self) -> int:
        """Number of positions that are read."""
        return len(self.tokens) - self.first


Batch = Sequence[Row]
"""Rows that run together."""


@dataclass(frozen=True)
class Frozen:
    """A checkpoint whose weights stay as they are: its blocks as one stack and one by one, and its readout.

    unreal: ids of the logits that belong to no token that can be chosen; padding: any token id.
    """

    stack: nn.Module
    blocks: Sequence[nn.Module]
    readout: Readout
    unreal: Int[Tensor, " token"]
    padding: int

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.unreal.device

    @property
    def width(self) -> int:
        """Width of the residual stream."""
        return int(self.readout.unembedding.weight.shape[1])


def frozen(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Frozen:
    """Return a loaded checkpoint, none of whose weights will have a gradient from now on."""
    model.requires_grad_(requires_grad=False)
    readout = readout_of(model, tokenizer)
    unreal = (~readout.real).nonzero().flatten()
    return Frozen(every_block(model), list(text_stack(model).layers), readout, unreal, tokenizer.pad_token_id or 0)


@torch.no_grad()
def states_of_blocks(checkpoint: Frozen, batch: Batch) -> list[Float[Tensor, "token d_model"]]:
    """Return by block the states after it at the read positions, row after row, from one pass over all blocks."""
    width = max(len(row.tokens) for row in batch)
    padded = [[*row.tokens, *[checkpoint.padding] * (width - len(row.tokens))] for row in batch]
    tokens = torch.tensor(padded, device=checkpoint.device)
    with _kept(checkpoint.blocks, _read_positions(batch, width).to(checkpoint.device)) as states:
        checkpoint.stack(input_ids=tokens, use_cache=False)
    return states


def parts(
    checkpoint: Frozen, states: Sequence[Float[Tensor, "token d_model"]]
) -> Iterator[Sequence[Float[Tensor, "row d_model"]]]:
    """Yield the states of all blocks of as many tokens at a time as are unembedded together."""
    rows = max(1, LOGITS[checkpoint.device.type] // len(checkpoint.readout.real))
    yield from zip(*(state.split(rows) for state in states), strict=True)


@torch.no_grad()
def final_log_probabilities(
    checkpoint: Frozen, states: Sequence[Float[Tensor, "row d_model"]]
) -> Float[Tensor, "row vocabulary"]:
    """Return what the checkpoint itself predicts from the state after its last block, as ln p."""
    return log_probabilities(checkpoint, checkpoint.readout.traced_logits(states[-1]))


def log_probabilities(checkpoint: Frozen, logits: Float[Tensor, "row vocabulary"]) -> Float[Tensor, "row vocabulary"]:
    """Return ln softmax over the real tokens in float32; that of others is finite, and their probability 0."""
    among_real = logits.detach().float().index_fill(1, checkpoint.unreal, IMPOSSIBLE)
    return torch.log_softmax(among_real, dim=-1)


def _read_positions(batch: Batch, width: int) -> Bool[Tensor, "row token"]:
    places = torch.arange(width)
    first = torch.tensor([row.first for row in batch])
    lengths = torch.tensor([len(row.tokens) for row in batch])
    return (places >= first[:, None]) & (places < lengths[:, None])


@contextmanager
def _kept(blocks: Sequence[nn.Module], read: Bool[Tensor, "row token"]) -> Iterator[list[Tensor]]:
    """Give a list to which every block, when it has run, adds the states that it returns at the read positions."""
    states: list[Tensor] = []

    def keep(_block: nn.Module, _given: Any, returned: Any) -> None:  # noqa: ANN401 - as blocks return it
        states.append((returned if isinstance(returned, Tensor) else returned[0])[read])

    handles = [block.register_forward_hook(keep) for block in blocks]
    try:
        yield states
    finally:
        for handle in handles:
            handle.remove()
