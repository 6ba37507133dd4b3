"""Select events along each checkpoint's own continuation (rule select_histories)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.selection.histories import select_histories
from crosspatch.experiments.selection.paths import paths_of, readable
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.selected_events import values_of_events
from crosspatch.jobs.vocabularies import open_vocabularies


def main(
    *,
    base: Path,
    tuned: Path,
    base_rollouts: Path,
    tuned_rollouts: Path,
    divergences: Path,
    readings: Path,
    events: Path,
    values: Path,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Write the events of the control `native_history`, and what is known of them without cells; no model is loaded."""
    first = read_table(divergences, "events")
    sides = open_vocabularies(base, tuned)
    rollouts = {"base": read_table(base_rollouts, "rollouts"), "tuned": read_table(tuned_rollouts, "rollouts")}
    read = read_table(readings, "path_readings")
    longest = settings["rollout_tokens"]
    paths = paths_of(readable(rollouts, sides), read, longest=longest)
    selected = select_histories(
        first,
        paths,
        horizons=settings["horizons"],
        primary=settings["primary"],
        sides=sides,
    )
    write_table(selected, events, "selected_events", provenance)
    write_table(values_of_events(first, selected, longest=longest), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
