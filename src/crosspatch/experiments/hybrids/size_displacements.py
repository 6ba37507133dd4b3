"""Say how far random displacements move the late effect of each event (rule size_displacements)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.hybrids.hybrid_values import displacement_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.arms import permutation_arm


def main(*, arms: Path, cells: Path, values: Path, seeds: list[int], provenance: Mapping[str, Any]) -> None:
    """Write mean signed and mean absolute displacement of every event, beside its interaction."""
    moved, own = read_table(arms, "control_cells"), read_table(cells, "cells")
    displacements = displacement_values(moved, own, [permutation_arm(seed) for seed in seeds])
    write_table(displacements, values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
