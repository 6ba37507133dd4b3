"""Run one side's upstream half over all candidates (rule capture_continuations)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.continuations.passes import passes_of
from crosspatch.files.states import write_states
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.upstream import capture_upstream
from crosspatch.models.engine import with_engine


def main(
    *,
    checkpoint: Path,
    continuations: Path,
    states: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load blocks 0..boundary-1 only and keep the state at every position; one pass serves all horizons."""
    rows = passes_of(read_table(continuations, "continuations"))
    captured, engine = capture_upstream(checkpoint, rows, boundary, placement, batches)
    write_states(captured, states, with_engine(provenance, engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
