"""Estimate the effects of every arm of a control, and its other quantities (rule estimate_control)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.verdicts.control_values import estimate_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.arms import REFERENCE
from crosspatch.statistics.arms import Plan, estimate_arms


def main(
    *,
    reference: list[Path],
    cells: list[Path],
    values: list[Path],
    estimates: Path,
    control: str,
    pairs: list[str],
    balanced: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Join the control's cells with the pairs' own as a further arm; estimate cells, values, or both."""
    plan = Plan(control, seed, settings["draws"], settings["level"])
    tables = []
    if cells:
        own = (read_table(path, "cells").assign(arm=REFERENCE) for path in reference)
        arms = (read_table(path, "control_cells") for path in cells)
        joined = [pd.concat(both, join="inner", ignore_index=True) for both in zip(own, arms, strict=True)]
        tables.append(estimate_arms(dict(zip(pairs, joined, strict=True)), balanced, plan))
    if values:
        frames = (read_table(path, "control_values") for path in values)
        tables.append(estimate_values(dict(zip(pairs, frames, strict=True)), balanced, plan))
    write_table(pd.concat(tables, ignore_index=True), estimates, "control_effects", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
