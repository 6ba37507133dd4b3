"""What the blocks of every arm say under both lenses: how far from the arm's own end, the host and the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from crosspatch.measures.choices import pick, rank_of
from crosspatch.measures.distributions import Distribution, distances, distribution_of, jensen_shannon
from crosspatch.models.lens import LensReadout
from crosspatch.models.readout import shared_tokens
from crosspatch.records.histories import LENSES, RAW_LENS

TOGETHER: Final = 2**22
"""Logits of one arm that are in memory together, in float32; two such arrays are held for every arm."""
States = Sequence[Float[Tensor, "step d_model"]]
Quantities = dict[str, Tensor]


@dataclass(frozen=True)
class Said:
    """What one block says at some steps: over all tokens of its reader, and over those that both readers have."""

    own: Distribution
    common: Distribution
    top: Int[Tensor, " step"]


@dataclass(frozen=True)
class Reader:
    """A reader, and the tokens of its vocabulary that the other one can choose too."""

    read: LensReadout
    shared: Bool[Tensor, " token"]

    def says(self, lens: str, states: Float[Tensor, "step d_model"], block: int) -> Said:
        """Return what states after `block` say under a lens."""
        logits = self.read.logits(lens, states, block)
        own = distribution_of(logits)
        return Said(own, self._common(own, logits), pick(logits))

    def _common(self, own: Distribution, logits: Float[Tensor, "step vocabulary"]) -> Distribution:
        width = len(self.shared)
        if self._all_shared:
            return Distribution(own.logs[:, :width], own.chances[:, :width], own.entropy)
        return distribution_of(logits[:, :width].masked_fill(~self.shared, float("-inf")))

    @cached_property
    def _all_shared(self) -> bool:
        return int(self.shared.sum()) == int(self.read.readout.real.sum())


def readers_of(host: LensReadout, other: LensReadout) -> tuple[Reader, Reader]:
    """Return both readers, with the tokens that both can choose."""
    shared = shared_tokens(host.readout.real, other.readout.real)
    return Reader(host, shared), Reader(other, shared)


@dataclass(frozen=True)
class ArmStates:
    """States at the steps after the blocks of an arm, from block `first` on, and after its last one in any case."""

    first: int
    blocks: States

    def at(self, steps: slice) -> "ArmStates":
        """Return some of the steps."""
        return ArmStates(self.first, [states[steps] for states in self.blocks])


@dataclass(frozen=True)
class End:
    """What an arm says in the end, and of the forced token; under no lens."""

    own: Distribution
    top: Int[Tensor, " step"]
    forced_log_probability: Float[Tensor, " step"]
    forced_rank: Int[Tensor, " step"]


@torch.inference_mode()
def read_arms(
    readers: tuple[Reader, Reader],
    unpatched: tuple[ArmStates, ArmStates],
    arms: Sequence[ArmStates],
    forced: Int[Tensor, " step"],
) -> list[tuple[Quantities, Quantities]]:
    """Return of every arm its quantities as [step, block, lens], and those of its own end as [step].

    readers, unpatched: of the host and of the other checkpoint. At each block their distributions are made once for all
    arms, and below an arm's window the host's are the arm's.
    """
    size = max(1, TOGETHER // len(readers[0].read.readout.real))
    parts = []
    for start in range(0, len(forced), size):
        steps = slice(start, start + size)
        host, other = (one.at(steps).blocks for one in unpatched)
        parts.append(_read_chunk(readers, (host, other), [arm.at(steps) for arm in arms], forced[steps]))
    return [
        (_joined([read for read, _ in part]), _joined([end for _, end in part])) for part in zip(*parts, strict=True)
    ]


def _read_chunk(
    readers: tuple[Reader, Reader], unpatched: tuple[States, States], arms: Sequence[ArmStates], forced: Tensor
) -> list[tuple[Quantities, Quantities]]:
    last = len(unpatched[0]) - 1
    ends = [_end(readers[0].read, arm.blocks[-1], last, forced) for arm in arms]
    found: list[list[list[Quantities]]] = [[] for _ in arms]
    for lens in LENSES:
        columns = [_read_block(readers, unpatched, arms, ends, lens, block) for block in range(last + 1)]
        for lenses, blocks in zip(found, zip(*columns, strict=True), strict=True):
            lenses.append(list(blocks))
    own = (one.read.logits(RAW_LENS, blocks[-1], last) for one, blocks in zip(readers, unpatched, strict=True))
    tops = [pick(logits) for logits in own]
    read = [_stacked([_stacked(blocks, 1) for blocks in lenses], 2) for lenses in found]
    return [(one, _choices(end, tops)) for one, end in zip(read, ends, strict=True)]


def _read_block(
    readers: tuple[Reader, Reader],
    unpatched: tuple[States, States],
    arms: Sequence[ArmStates],
    ends: Sequence[End],
    lens: str,
    block: int,
) -> list[Quantities]:
    """Return the quantities of every arm at one block under one lens."""
    host, other = (reader.says(lens, blocks[block], block) for reader, blocks in zip(readers, unpatched, strict=True))
    below = {"js_to_host": torch.zeros_like(host.own.entropy), "js_to_other": jensen_shannon(host.common, other.common)}
    found = []
    for arm, end in zip(arms, ends, strict=True):
        if block < arm.first:
            found.append(_to_end(host, end) | below)
        else:
            said = readers[0].says(lens, arm.blocks[block - arm.first], block)
            away = {
                "js_to_host": jensen_shannon(said.own, host.own),
                "js_to_other": jensen_shannon(said.common, other.common),
            }
            found.append(_to_end(said, end) | away)
    return found


def _to_end(said: Said, end: End) -> Quantities:
    apart = distances(said.own, end.own)
    return {
        "kl_to_final": apart.forward,
        "kl_from_final": apart.backward,
        "js_to_final": apart.js,
        "entropy": said.own.entropy,
        "top_is_final": (said.top == end.top).float(),
    }


def _end(read: LensReadout, states: Float[Tensor, "step d_model"], last: int, forced: Int[Tensor, " step"]) -> End:
    logits = read.logits(RAW_LENS, states, last)
    own = distribution_of(logits)
    log_probability = own.logs.gather(1, forced[:, None])[:, 0]
    return End(own, pick(logits), log_probability, rank_of(logits, forced))


def _choices(end: End, tops: Sequence[Int[Tensor, " step"]]) -> Quantities:
    host, other = ((end.top == top).float() for top in tops)
    return {
        "forced_log_probability": end.forced_log_probability,
        "forced_rank": end.forced_rank.float(),
        "agrees_with_host": host,
        "agrees_with_other": other,
    }


def _stacked(rows: Sequence[Quantities], place: int) -> Quantities:
    return {name: torch.stack([row[name] for row in rows], dim=place) for name in rows[0]}


def _joined(parts: Sequence[Quantities]) -> Quantities:
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
