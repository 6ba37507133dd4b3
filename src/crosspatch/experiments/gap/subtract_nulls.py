"""Take the mean gap of null pairs from that of a pair, prompt by prompt (rule subtract_nulls)."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.errors import MeasurementError
from crosspatch.experiments.gap.comparisons import COMPARISONS, arm_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.histories import LENSES

WHERE = ["prompt_id", "arm", "quantity"]


def above_nulls(values: pd.DataFrame, nulls: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of a pair's `gap_values` that compare two readers over all steps, less the mean of those of the
    null pairs at the same prompt. A prompt counts where all null pairs have it, so that each weighs the same.

    MeasurementError if there is no such prompt.
    """
    arms = [arm_of(compared, lens) for compared, lens in product(COMPARISONS, LENSES)]
    own = values[values["arm"].isin(arms)]
    floors = [table.set_index(WHERE)["value"] for table in nulls.values()]
    floor = pd.concat(floors, axis=1, join="inner").mean(axis=1).rename("floor")
    joined = own.join(floor, on=WHERE, how="inner")
    if joined.empty:
        raise MeasurementError(
            f"null pairs {sorted(nulls)} and this pair have no prompt in common; name null pairs that can read the "
            "study's prompts"
        )
    return joined.assign(value=joined["value"] - joined["floor"]).drop(columns="floor").reset_index(drop=True)


def main(*, own: Path, nulls: list[Path], values: Path, provenance: Mapping[str, Any]) -> None:
    """Null pairs are those of the study."""
    tables = {path.parent.name: read_table(path, "control_values") for path in nulls}
    write_table(above_nulls(read_table(own, "control_values"), tables), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
