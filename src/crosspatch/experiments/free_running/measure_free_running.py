"""Compare what a host writes under every graft with what it writes as it is, prompt by prompt (rule measure_free_running)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.free_running.effects import Written, free_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    host: Path,
    other: Path,
    grafted: Path,
    values: Path,
    pair: str,
    provenance: Mapping[str, Any],
) -> None:
    """Write the values of one host of a pair."""
    own, others = (read_table(path, "rollouts") for path in (host, other))
    written = Written(own, others, read_table(grafted, "grafted_rollouts"))
    write_table(free_values(written, pair), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
