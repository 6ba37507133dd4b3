"""Estimate effects from the authors' records over several selections of prompts (rule audit_published_records)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.claims.audited_estimates import estimate_selections, resolution
from crosspatch.experiments.claims.published_cells import select_prompts
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.estimates import HEADLINE
from crosspatch.statistics.plan import Plan


def main(
    *,
    cells: Path,
    headline: Path,
    audit: Path,
    steps: Path,
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """All valid events, the headline prompts and the authors' own choice, and how coarse the published logits are."""
    measured = read_table(cells, "published_cells")
    selections = select_prompts(measured, read_table(headline, "prompts"))
    plan = Plan(HEADLINE, seed, settings["draws"], settings["level"])
    estimates = estimate_selections(selections, plan, positions=settings["positions"])
    write_table(estimates, audit, "audit", provenance)
    write_table(resolution(measured), steps, "resolution", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
