"""Sort events by what the boundary state says of their tokens (rule sort_by_commitment)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.commitment.margin_arms import arms_by_commitment
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, cells: Path, margins: Path, arms: Path, bins: int, provenance: Mapping[str, Any]) -> None:
    """Write the pair's own cells at events without a commitment, and in equal parts by it."""
    split = arms_by_commitment(read_table(cells, "cells"), read_table(margins, "control_values"), bins)
    write_table(split, arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
