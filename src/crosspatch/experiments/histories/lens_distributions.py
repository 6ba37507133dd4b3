"""What every block's state says under both lenses, and how far that is from the reader's own final distribution."""

from collections.abc import Iterator, Sequence
from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from crosspatch.measures.choices import best_of, rank_of
from crosspatch.measures.distributions import Distribution, distances, distribution_of
from crosspatch.models.lens import LensReadout
from crosspatch.records.histories import LENSES

BEST: Final = 5
TOGETHER: Final = 2**24
"""Logits that are in memory together, in float32, in about ten such arrays; a step is never cut."""
Quantities = dict[str, Tensor]
States = Sequence[Float[Tensor, "step d_model"]]


def steps_together(vocabulary: int) -> int:
    """Return the number of steps whose logits are in memory together; one at least."""
    return max(1, TOGETHER // vocabulary)


@torch.inference_mode()
def read_blocks(lens_readout: LensReadout, blocks: States, forced: Int[Tensor, " step"]) -> Quantities:
    """Return every quantity of the table of readings as [step, block, lens], top_five as [step, block, lens, five].

    blocks: the state after each block where `forced` is predicted.
    """
    size = steps_together(len(lens_readout.readout.real))
    parts = [
        _read_chunk(lens_readout, [states[start : start + size] for states in blocks], forced[start : start + size])
        for start in range(0, len(forced), size)
    ]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def _read_chunk(lens_readout: LensReadout, blocks: States, forced: Int[Tensor, " step"]) -> Quantities:
    """Read every block under every lens, from the last to the first; two distributions are kept meanwhile."""
    final: Distribution | None = None
    columns: dict[str, list[Quantities]] = {}
    for lens in LENSES:  # the raw lens is the first: under it the last block gives the final distribution
        later: Distribution | None = None
        columns[lens] = []
        for block in reversed(range(len(blocks))):
            logits = lens_readout.logits(lens, blocks[block], block)
            own = distribution_of(logits)
            final = final or own
            found = dict(_apart(own, final, "final")) | dict(_apart(own, later, "next")) | _said(logits, own, forced)
            columns[lens].append(found)
            later = own
    return _stacked([_stacked(rows[::-1], 1) for rows in columns.values()], 2)


def _stacked(rows: Sequence[Quantities], place: int) -> Quantities:
    return {name: torch.stack([row[name] for row in rows], dim=place) for name in rows[0]}


def _apart(own: Distribution, other: Distribution | None, name: str) -> Iterator[tuple[str, Tensor]]:
    """Both divergences and that of Jensen and Shannon; missing where there is no other."""
    found = None if other is None else distances(own, other)
    missing = torch.full_like(own.entropy, float("nan"))
    for measure, field in ((f"kl_to_{name}", "forward"), (f"kl_from_{name}", "backward"), (f"js_to_{name}", "js")):
        yield measure, missing if found is None else getattr(found, field)


def _said(logits: Float[Tensor, "step vocabulary"], own: Distribution, forced: Int[Tensor, " step"]) -> Quantities:
    tokens, values = best_of(logits, BEST)
    return {
        "entropy": own.entropy,
        "top_token": tokens[:, 0],
        "top_log_probability": own.logs.gather(1, tokens[:, :1])[:, 0],
        "top_margin": values[:, 0] - values[:, 1],
        "forced_log_probability": own.logs.gather(1, forced[:, None])[:, 0],
        "forced_rank": rank_of(logits, forced),
        "top_five": tokens,
    }
