"""Compare what a host writes under grafts with what it writes as it is, by prompt (rule measure_free_running)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.free_running.effects import free_values
from crosspatch.experiments.free_running.grades import Asked
from crosspatch.files.expectations import expectations_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    host: Path,
    other: Path,
    prompts: Path,
    expectations: Path,
    values: Path,
    pair: str,
    provenance: Mapping[str, Any],
) -> None:
    """Write the values of one host of a pair."""
    own, others = (read_table(path, "grafted_rollouts") for path in (host, other))
    kinds = read_table(prompts, "prompts").set_index("prompt_id")["category"]
    expected = expectations_of(read_table(expectations, "expectations"))
    asked = {str(name): Asked(category, expected[str(name)]) for name, category in kinds.items()}
    write_table(free_values(own, others, asked, pair), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
