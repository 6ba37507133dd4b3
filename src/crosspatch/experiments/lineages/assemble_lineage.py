"""Join the late halves' cells of a lineage whose stages are verified (rule assemble_lineage)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.lineages.stage_cells import assemble_stages
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    verified: list[Path],
    own: Path,
    readable: Path,
    late: list[Path],
    cells: Path,
    stages: list[str],
    sides: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Write every stage-by-stage cell of a support; refuse if the pair's own four are not what the pair measured.

    `verified` holds the proofs that the halves of every stage are its checkpoint.
    """
    tables = [read_table(path, "stage_late_cells") for path in late]
    known = read_table(own, "cells"), read_table(readable, "stage_events")
    write_table(assemble_stages(*known, tables, stages=stages, sides=sides), cells, "stage_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
