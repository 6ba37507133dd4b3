"""Read out the boundary states of both sides (rule read_boundary)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.commitment.boundary_margins import measure_boundary_margins
from crosspatch.files.states import open_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.pair import open_pair


def main(
    *,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    margins: Path,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load final norm and unembedding of both sides, no block."""
    opened = open_pair(base, tuned, read_table(events, "events"), placement, batches)
    with open_states(base_states, tuned_states) as states:
        measured = measure_boundary_margins(
            states, opened.readouts, opened.events, opened.batches, device=opened.place.device
        )
    write_table(measured, margins, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
