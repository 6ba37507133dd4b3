"""Join the late stacks' cells of a verified pair with its events (rule assemble_factorial)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.assembly import assemble_cells
from crosspatch.jobs.binding import bind


def main(
    *,
    verified: Path,
    events: Path,
    base_late: Path,
    tuned_late: Path,
    cells: Path,
    pair: str,
    provenance: Mapping[str, Any],
) -> None:
    """Write four cells per event and readout, with the flag `consistent`."""
    late_tables = [read_table(path, "late_cells") for path in (base_late, tuned_late)]
    write_table(assemble_cells(pair, read_table(events, "events"), late_tables), cells, "cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
