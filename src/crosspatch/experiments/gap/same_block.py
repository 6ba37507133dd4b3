"""How far two readers are apart after the same block, averaged over steps, prompt by prompt."""

from collections.abc import Iterator

import pandas as pd

from crosspatch.experiments.gap.blocks import curve_places
from crosspatch.experiments.gap.comparisons import CURVED, JS, arm_of, couple_of
from crosspatch.jobs.control_values import arm_rows
from crosspatch.records.regions import REGIONS, first_block


def same_block_values(table: pd.DataFrame, teacher: str) -> Iterator[pd.DataFrame]:
    """Yield `arm_rows` of a `same_block` table: js_REGION of every two readers, and of CURVED `js` at each place."""
    depth = int(table["block"].max()) + 1
    for (reader, other, lens), rows in table.groupby(["reader", "other", "lens"], sort=False):
        compared = couple_of(reader, other, teacher)
        stretches = {f"{JS}_{region}": rows[rows["block"] >= first_block(region, depth)] for region in REGIONS}
        means = {name: own.groupby("prompt_id")[JS].mean() for name, own in stretches.items()}
        yield arm_rows(pd.DataFrame(means, dtype=float), arm_of(compared, lens))
        if (reader, other) == CURVED:
            yield from _curve(rows, compared, lens, depth)


def _curve(rows: pd.DataFrame, compared: str, lens: str, depth: int) -> Iterator[pd.DataFrame]:
    by_block = rows.pivot_table(index="prompt_id", columns="block", values=JS).astype(float)
    for place, block in curve_places(depth).items():
        yield arm_rows(by_block[[block]].set_axis([JS], axis=1), arm_of(compared, lens, place=place))
