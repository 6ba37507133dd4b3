"""Select the two later kinds of events that the paper mixed with first divergences (rule select_later_kinds)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.mixture.later_events import select_later_kinds
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.vocabularies import open_vocabularies


def main(
    *,
    base: Path,
    tuned: Path,
    base_rollouts: Path,
    tuned_rollouts: Path,
    divergences: Path,
    events: Path,
    provenance: Mapping[str, Any],
) -> None:
    """Compare the rollouts behind the first divergence, too; no model is loaded."""
    selected = select_later_kinds(
        read_table(divergences, "events"),
        read_table(base_rollouts, "rollouts"),
        read_table(tuned_rollouts, "rollouts"),
        sides=open_vocabularies(base, tuned),
    )
    write_table(selected, events, "selected_events", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
