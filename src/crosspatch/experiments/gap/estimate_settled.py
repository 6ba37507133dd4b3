"""Estimate from which block on predictions stay, over steps (rule estimate_settled)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.gap.settled_steps import estimate_settled
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of


def main(
    *,
    counts: list[Path],
    events: list[Path],
    estimates: Path,
    control: str,
    pairs: list[str],
    balanced: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Take the counts of every pair's steps, and resample them together."""
    frames = {pair: read_table(path, "settled_counts") for pair, path in zip(pairs, counts, strict=True)}
    clusters = {pair: clusters_of(read_table(path, "events")) for pair, path in zip(pairs, events, strict=True)}
    plan = Plan(control, seed, settings["draws"], settings["level"])
    write_table(estimate_settled(frames, clusters, balanced, plan), estimates, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
