"""Average the margins of every cell of every pair (rule average_cells)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind

MARGINS = {"margin_float32": "float32", "margin_checkpoint": "checkpoint"}


def average_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the mean margin per pair, upstream, late, readout and precision, in logits, with its number of events."""
    keys = ["pair", "upstream", "late", "readout"]
    long = cells.melt(id_vars=keys, value_vars=list(MARGINS), var_name="precision", value_name="margin")
    long["precision"] = long["precision"].map(MARGINS)
    means = long.groupby([*keys, "precision"], sort=False)["margin"].agg(value="mean", n_events="size")
    return means.reset_index()


def main(*, cells: list[Path], means: Path, provenance: Mapping[str, Any]) -> None:
    """One row per pair, cell, readout and precision."""
    tables = [average_cells(read_table(path, "cells")) for path in cells]
    write_table(pd.concat(tables, ignore_index=True), means, "cell_means", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
