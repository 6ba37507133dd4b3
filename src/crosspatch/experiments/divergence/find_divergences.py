"""Find the first divergence of every prompt from two rollout tables (rule find_divergences)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.divergence.first_divergences import find_first_divergences
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.vocabularies import open_vocabularies


def main(
    *,
    base: Path,
    tuned: Path,
    prompts: Path,
    base_rollouts: Path,
    tuned_rollouts: Path,
    events: Path,
    pair: str,
    provenance: Mapping[str, Any],
) -> None:
    """Compare the rollouts token by token; no model is loaded."""
    table = find_first_divergences(
        pair,
        read_table(prompts, "prompts"),
        read_table(base_rollouts, "rollouts"),
        read_table(tuned_rollouts, "rollouts"),
        sides=open_vocabularies(base, tuned),
    )
    write_table(table, events, "events", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
