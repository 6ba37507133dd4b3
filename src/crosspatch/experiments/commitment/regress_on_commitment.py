"""Estimate the effects at equal margins of the boundary states (rule regress_on_commitment)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.commitment.equal_margins import regress_on_commitment
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan


def main(
    *,
    cells: list[Path],
    margins: list[Path],
    estimates: Path,
    pairs: list[str],
    balanced: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Regress the late effects, and the interaction, on what the boundary states say already."""
    plan = Plan("commitment_regression", seed, settings["draws"], settings["level"])
    tables = {
        pair: (read_table(own, "cells"), read_table(said, "control_values"))
        for pair, own, said in zip(pairs, cells, margins, strict=True)
    }
    write_table(regress_on_commitment(tables, balanced, plan), estimates, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
