"""Say how far random displacements move the late effect of each event (rule size_displacements)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.hybrids.hybrid_values import displacement_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, arms: Path, cells: Path, values: Path, named: str, provenance: Mapping[str, Any]) -> None:
    """Write mean signed and absolute displacement of every event over the arms so named, beside its interaction."""
    moved, own = read_table(arms, "control_cells"), read_table(cells, "cells")
    displacements = displacement_values(moved[moved["arm"].str.fullmatch(named)], own)
    write_table(displacements, values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
