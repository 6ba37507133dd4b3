"""Estimate the unweighted mean over pairs (rule estimate_balanced)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.estimates import HEADLINE
from crosspatch.statistics.balanced import estimate_balanced
from crosspatch.statistics.plan import Plan


def main(
    *,
    cells: list[Path],
    effects: Path,
    pairs: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Resample prompts jointly over pairs, and beside it in every other way the study compares."""
    frames = {pair: read_table(path, "cells") for pair, path in zip(pairs, cells, strict=True)}
    plan = Plan(HEADLINE, seed, settings["draws"], settings["level"])
    estimates = estimate_balanced(frames, plan, positions=settings["positions"])
    write_table(estimates, effects, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
