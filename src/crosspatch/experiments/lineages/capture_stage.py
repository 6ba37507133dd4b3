"""Run one stage's upstream half over all events of a support (rule capture_stage)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.lineages.stage_events import events_to_run
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.states import write_states
from crosspatch.files.tables import read_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.jobs.cells import capture_boundary_states
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import load_upstream
from crosspatch.models.loading import Placement


def main(
    *,
    checkpoint: Path,
    events: Path,
    readable: Path,
    states: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load blocks 0..boundary-1 only and keep the state at every position of every event."""
    run = events_to_run(read_table(events, "events"), read_table(readable, "stage_events"))
    place = Placement(**placement)
    half = load_upstream(open_checkpoint(checkpoint).folder, boundary, place)
    planned = plan_batches(run["context"].map(len).tolist(), **batches)
    captured = capture_boundary_states(half, run, planned, device=place.device)
    write_states(captured, states, with_engine(provenance, engine_of(half, batches)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
