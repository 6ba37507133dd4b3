"""Score every candidate with one side's late half on both sides' states (rule score_continuations)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.continuations.passes import passes_of
from crosspatch.experiments.continuations.scores import score_late
from crosspatch.files.states import open_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.pair import open_pair
from crosspatch.models.engine import with_engine


def main(
    *,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    continuations: Path,
    scores: Path,
    late: str,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load blocks boundary..n-1 of one side and both readouts."""
    rows = passes_of(read_table(continuations, "continuations"))
    opened = open_pair(base, tuned, rows.assign(usable=True), placement, batches)
    half = opened.late(late, boundary)
    with open_states(base_states, tuned_states) as states:
        measured = score_late(
            *(half, late, states, opened.readouts, opened.events, opened.batches), device=opened.place.device
        )
    write_table(measured, scores, "continuation_scores", with_engine(provenance, opened.engine(half)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
