"""Average the margins of every cell of every pair (rule average_cells)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.factorial.cell_means import average_cells
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, cells: list[Path], means: Path, provenance: Mapping[str, Any]) -> None:
    """One row per pair, cell, readout and precision."""
    tables = [average_cells(read_table(path, "cells")) for path in cells]
    write_table(pd.concat(tables, ignore_index=True), means, "cell_means", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
