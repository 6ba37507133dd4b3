"""Which way blocks and MLPs write, region by region: along the state that they read, or against it."""

from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from crosspatch.experiments.gap.comparisons import COMPARISONS, level_of
from crosspatch.jobs.control_values import arm_rows, as_values
from crosspatch.records.histories import Reading
from crosspatch.records.regions import REGIONS, first_block

WRITTEN: Final = ["delta_cos_block", "delta_cos_mlp"]
"""Cosines of what is added with the state that it is added to ("The Convergence Gap", appendix, of blocks)."""


def written_means(writes: pd.DataFrame) -> pd.DataFrame:
    """Return COSINE_REGION, a row per prompt: means over the blocks of a region and the steps of a history.

    writes: a `read_writes` table.
    """
    doubles = writes.astype(dict.fromkeys(WRITTEN, "float64"))
    wide = doubles.pivot_table(index="prompt_id", columns="block", values=WRITTEN)
    depth = int(writes["block"].max()) + 1
    return pd.DataFrame(
        {
            f"{name}_{region}": wide[name].loc[:, first_block(region, depth) :].mean(axis=1)
            for name in WRITTEN
            for region in REGIONS
        }
    )


def written_values(means: Mapping[Reading, pd.DataFrame], pair: str) -> pd.DataFrame:
    """Return the `control_values` of all comparisons and of every reading by itself, from the `written_means` of each
    reading; no lens has a part in them, and their arms name none.
    """
    return as_values([*_differences(means), *(arm_rows(own, level_of(one)) for one, own in means.items())], pair)


def _differences(means: Mapping[Reading, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    for compared, (one, other) in COMPARISONS.items():
        yield arm_rows(means[one] - means[other], compared)
