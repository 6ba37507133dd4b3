"""Select random local disagreements and prefixes before the first divergence (rule select_local_disagreements)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.selection.local_disagreements import select_local_disagreements, values_of_selection
from crosspatch.experiments.selection.paths import paths_of, readable
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
    readings: Path,
    events: Path,
    values: Path,
    seed: int,
    settings: Mapping[str, int],
    provenance: Mapping[str, Any],
) -> None:
    """Write the events of the control `selection`, and what is known of them without cells; no model is loaded."""
    first = read_table(divergences, "events")
    sides = open_vocabularies(base, tuned)
    rollouts = {"base": read_table(base_rollouts, "rollouts"), "tuned": read_table(tuned_rollouts, "rollouts")}
    read = read_table(readings, "path_readings")
    longest = settings["rollout_tokens"]
    paths = paths_of(readable(rollouts, sides), read, longest=longest)
    selected = select_local_disagreements(
        first,
        paths,
        candidates=settings["candidates"],
        seed=seed,
        sides=sides,
    )
    write_table(selected, events, "selected_events", provenance)
    known = values_of_selection(first, selected, paths, longest=longest)
    write_table(known, values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
