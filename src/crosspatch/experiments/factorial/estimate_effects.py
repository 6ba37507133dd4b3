"""Estimate every effect of one pair with its intervals (rule estimate_effects)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.estimates import HEADLINE
from crosspatch.statistics.estimates import estimate_pair
from crosspatch.statistics.plan import Plan


def main(*, cells: Path, effects: Path, seed: int, settings: Mapping[str, Any], provenance: Mapping[str, Any]) -> None:
    """Resample prompts and clusters of this pair only, so that adding a pair moves no other pair's interval."""
    plan = Plan(HEADLINE, seed, settings["draws"], settings["level"])
    estimates = estimate_pair(read_table(cells, "cells"), plan, positions=settings["positions"])
    write_table(estimates, effects, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
