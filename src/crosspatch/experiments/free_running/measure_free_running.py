"""Compare what a host writes under grafts with what it writes as it is, by prompt (rule measure_free_running)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.free_running.effects import free_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    host: Path,
    other: Path,
    values: Path,
    pair: str,
    provenance: Mapping[str, Any],
) -> None:
    """Write the values of one host of a pair."""
    own, others = (read_table(path, "grafted_rollouts") for path in (host, other))
    write_table(free_values(own, others, pair), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
