"""Quantities of readings prompt by prompt, and the differences of those that are compared."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import pandas as pd

from crosspatch.experiments.gap.blocks import BlockReadings
from crosspatch.experiments.gap.comparisons import COMPARISONS, CURVES, arm_of, level_of
from crosspatch.experiments.gap.quantities import CURVE, GAPS, curve_quantities, region_quantities
from crosspatch.experiments.gap.settling import Blocks, settling_quantities
from crosspatch.jobs.control_values import arm_rows, as_values
from crosspatch.records.histories import Reading
from crosspatch.records.regions import REGIONS

BY_STEP: Final = "gap_final_half"
"""Quantity whose mean over all steps is estimated too, as its sum over a prompt's steps by their number (STEPS)."""
STEPS: Final = "steps"
Means = Mapping[tuple[int, str | None], pd.DataFrame]
"""Quantities by prompt, by first step and place of the curve (None: of regions)."""


def prompt_means(read: BlockReadings, settled: Mapping[str, Blocks], first_steps: Sequence[int]) -> Means:
    """Return, by first step and place of the curve, the mean over later steps of each quantity, a row per prompt.

    settled: the `settled_blocks` of what is read. Settling depths and the curve are over all steps; the latter has the
    one quantity CURVE at each place. A history that ends before the first step has no row. Step 0, which all arms
    without a first step are over, is always there.
    """
    regions = region_quantities(read)
    found: dict[tuple[int, str | None], pd.DataFrame] = {}
    for first in sorted({0, *first_steps}):
        kept = read.steps >= first
        found[first, None] = regions[kept].groupby(read.prompts[kept]).mean()
    steps = pd.Series(1.0, index=read.prompts).groupby(level=0).sum()
    found[0, None] = found[0, None].assign(
        **{f"{BY_STEP}_sum": found[0, None][BY_STEP] * steps, STEPS: steps},
    )
    found[0, None] = found[0, None].join(settling_quantities(settled).groupby(read.prompts).mean())
    curve = pd.DataFrame(curve_quantities(read)).groupby(read.prompts).mean()
    return found | {(0, place): curve[[place]].set_axis([CURVE], axis=1) for place in curve}


def gap_values(means: Mapping[tuple[Reading, str], Means], pair: str) -> pd.DataFrame:
    """Return the `control_values` of all comparisons and of every reading by itself, from the `prompt_means` of each
    reading under each lens; of a comparison, prompts that both have.
    """
    return as_values([*_differences(means), *_levels(means)], pair)


def _differences(means: Mapping[tuple[Reading, str], Means]) -> Iterator[pd.DataFrame]:
    """Yield what the first reading of each comparison has more; steps are counted where both have the same."""
    for lens, (compared, (one, other)) in product(dict.fromkeys(lens for _, lens in means), COMPARISONS.items()):
        for (first, place), own in means[one, lens].items():
            if place is None or compared in CURVES:
                less = means[other, lens][first, place]
                apart = own - less
                if STEPS in apart:
                    same = one.teacher == other.teacher
                    apart = apart.assign(steps=own[STEPS]) if same else apart.drop(columns=[STEPS, f"{BY_STEP}_sum"])
                yield arm_rows(apart, arm_of(compared, lens, first, place))


def _levels(means: Mapping[tuple[Reading, str], Means]) -> Iterator[pd.DataFrame]:
    for (reading, lens), own in means.items():
        found = own[0, None]
        gaps = [f"{gap}_{region}" for gap in GAPS for region in REGIONS]
        others = [name for name in found if name.startswith("missed_") or name in (STEPS, f"{BY_STEP}_sum")]
        yield arm_rows(found[gaps + others], arm_of(level_of(reading), lens))
