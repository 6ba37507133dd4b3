"""Run one side's late half on both sides' boundary states: two of the four cells (rule measure_cells)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.states import open_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.cells import measure_late_cells
from crosspatch.jobs.pair import open_pair
from crosspatch.models.engine import with_engine


def main(
    *,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    cells: Path,
    late: str,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load blocks boundary..n-1 of one side and both readouts; write two cells per event and readout."""
    opened = open_pair(base, tuned, read_table(events, "events"), placement, batches)
    half = opened.late(late, boundary)
    with open_states(base_states, tuned_states) as states:
        measured = measure_late_cells(
            *(half, late, states, opened.readouts, opened.events, opened.batches), device=opened.place.device
        )
    write_table(measured, cells, "late_cells", with_engine(provenance, opened.engine(half)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
