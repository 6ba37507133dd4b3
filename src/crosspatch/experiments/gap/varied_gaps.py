"""The gap to other ends, through the other's lens, and over the steps that two own histories both have."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from crosspatch.experiments.gap.comparisons import BEFORE, HISTORIES, arm_of
from crosspatch.experiments.gap.quantities import GAPS
from crosspatch.jobs.control_values import arm_rows, as_values
from crosspatch.records.histories import (
    BASE_RAW,
    EARLIER,
    OTHER_LENS,
    RAW_LENS,
    TEMPERED,
    TUNED_CHAT,
    Reading,
)
from crosspatch.records.regions import REGIONS, earlier_block, first_block

TO_END: Final = {gap: column.replace("final", "end") for gap, column in GAPS.items()}
"""Columns of `varied_readings` by gap, as GAPS has those of `readings`."""
Steps = pd.DataFrame
"""Gaps of regions, GAP_REGION, by prompt and step."""


def plain_steps(readings: pd.DataFrame) -> Steps:
    """Return the gaps of a `readings` table under the raw lens."""
    return _regions(readings[readings["lens"] == RAW_LENS], GAPS)


def varied_steps(varied: pd.DataFrame) -> dict[str, Steps]:
    """Return the gaps of a `varied_readings` table by variant; to an earlier block, those before the final fifth."""
    depth = int(varied["block"].max()) + 1
    found = {variant: _regions(rows, TO_END, depth) for variant, rows in varied.groupby("variant")}
    return found | {EARLIER: found[EARLIER][[f"{gap}_{BEFORE}" for gap in GAPS]]}


def varied_values(
    plain: Mapping[Reading, Steps], varied: Mapping[Reading, Mapping[str, Steps]], pair: str
) -> pd.DataFrame:
    """Return the `control_values` of all arms, each a mean over the steps that both readers have, prompt by prompt."""
    parts = [
        arm_rows(steps.dropna().groupby(level="prompt_id").mean(), arm)
        for arm, steps in _arms(plain, varied)
    ]  # fmt: skip
    return as_values(parts, pair)


def _arms(plain: Mapping[Reading, Steps], varied: Mapping[Reading, Mapping[str, Steps]]) -> Iterator[tuple[str, Steps]]:
    """Yield arms and their differences, tuned less base; steps that one does not have are missing."""
    for teacher, history in HISTORIES.items():
        tuned, base = Reading(TUNED_CHAT, teacher), Reading(BASE_RAW, teacher)
        yield arm_of(f"{history}, tuned tempered", RAW_LENS), varied[tuned][TEMPERED] - plain[base]
        yield arm_of(f"{history}, base tempered", RAW_LENS), plain[tuned] - varied[base][TEMPERED]
        to_earlier = varied[tuned][EARLIER] - varied[base][EARLIER]
        to_end = (plain[tuned] - plain[base])[to_earlier.columns]
        yield arm_of(f"{history}, to the end", RAW_LENS), to_end
        yield arm_of(f"{history}, to an earlier block", RAW_LENS), to_earlier
        yield arm_of(f"{history}, to the end less to an earlier block", RAW_LENS), to_end - to_earlier
        yield f"{history}, the other's lens", varied[tuned][OTHER_LENS] - varied[base][OTHER_LENS]
    own = plain[Reading(TUNED_CHAT, TUNED_CHAT)] - plain[Reading(BASE_RAW, BASE_RAW)]
    yield arm_of("own histories, common steps", RAW_LENS), own


def _regions(rows: pd.DataFrame, columns: Mapping[str, str], depth: int | None = None) -> Steps:
    """Mean of each distance over the blocks of each region, by prompt and step."""
    blocks = depth or int(rows["block"].max()) + 1
    stretches = {region: (first_block(region, blocks), blocks) for region in REGIONS}
    stretches[BEFORE] = (stretches["final_half"][0], earlier_block(blocks) + 1)
    key, found = ["prompt_id", "step"], {}
    for region, (start, end) in stretches.items():
        means = rows[rows["block"].between(start, end - 1)].groupby(key)[list(columns.values())].mean()
        found |= {f"{gap}_{region}": means[column].astype(float) for gap, column in columns.items()}
    return pd.DataFrame(found)
