"""Run one side's upstream half over all events (rule capture_boundary)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.states import write_states
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.upstream import capture_upstream
from crosspatch.models.engine import with_engine


def main(
    *,
    checkpoint: Path,
    events: Path,
    states: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load blocks 0..boundary-1 only and keep the state at every position of every usable event."""
    table = read_table(events, "events")
    usable = table[table["usable"]]
    captured, engine = capture_upstream(checkpoint, usable, boundary, placement, batches)
    write_states(captured, states, with_engine(provenance, engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
