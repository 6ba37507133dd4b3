"""Sort events by what the boundary state says of their tokens (rule sort_by_commitment)."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.control_cells import arms_of_prompts
from crosspatch.records.sides import BASE, COMMON_TUNED, TUNED

UNCOMMITTED = "tuned margin <= 0"


def arms_by_commitment(cells: pd.DataFrame, margins: pd.DataFrame, bins: int) -> pd.DataFrame:
    """Return the `control_cells` of events by the margins of their boundary states, common tuned readout in float32.

    margins: `control_values` with the arms base and tuned. Arms: `tuned margin <= 0`, events at which the tuned state
    does not favour the tuned token yet; `tuned margin, bin 1 of 3` and so on, the pair's events in equal parts from the
    lowest tuned margin to the highest; and `margin difference, bin 1 of 3`, likewise by tuned - base margin.
    """
    view = margins[(margins["readout"] == COMMON_TUNED) & (margins["precision"] == "float32")]
    by_side = view.pivot_table(index="prompt_id", columns="arm", values="value")
    tuned, difference = by_side[TUNED], by_side[TUNED] - by_side[BASE]
    arms = {UNCOMMITTED: tuned.index[tuned <= 0]}
    for name, values in (("tuned margin", tuned), ("margin difference", difference)):
        arms |= {f"{name}, bin {place} of {bins}": part for place, part in enumerate(_parts(values, bins), start=1)}
    return arms_of_prompts(cells, arms)


def _parts(values: pd.Series, bins: int) -> Iterable[pd.Index]:
    """Cut prompts into equal parts by rising value; where values are equal, by prompt id."""
    order = values.sort_index().sort_values(kind="stable").index
    return [order[places] for places in np.array_split(np.arange(len(order)), bins)]


def main(*, cells: Path, margins: Path, arms: Path, bins: int, provenance: Mapping[str, Any]) -> None:
    """Write the pair's own cells at events without a commitment, and in equal parts by it."""
    split = arms_by_commitment(read_table(cells, "cells"), read_table(margins, "control_values"), bins)
    write_table(split, arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
