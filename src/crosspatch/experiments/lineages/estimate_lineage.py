"""Estimate the interaction and its share at every stage of a lineage, on one support (rule estimate_lineage)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from crosspatch.errors import MeasurementError
from crosspatch.experiments.lineages.stage_estimates import estimate_stages, null_of_last_stage
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan

FLIPS: Final = 20000
"""Tosses of the coins of the null, as published."""
LATER: Final = 3
"""Position from which on an event is not the opening of an answer; measured whatever positions the study has."""


def of_prompts(cells: pd.DataFrame, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the cells of the events of some prompts; all of them if there is no table of prompts."""
    kept = cells
    for prompts in tables:
        kept = kept[kept["prompt_id"].isin(set(prompts["prompt_id"]))]
        if not len(kept):
            raise MeasurementError(
                f"support {cells['pair'].iloc[0]!r} has no event of the lineage's prompt_set, whose prompts "
                "are of other names; name one that is part of the study's"
            )
    return kept


def main(
    *,
    cells: Path,
    prompts: list[Path],
    estimates: Path,
    lineage: str,
    row: Mapping[str, Any],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Estimate over the events of the lineage's own prompts, if its row names a prompt set."""
    stages = dict(zip(row["stages"], row["labels"], strict=True))
    own = of_prompts(read_table(cells, "stage_cells"), [read_table(path, "prompts") for path in prompts])
    plan = Plan(f"lineage {lineage}", seed, settings["draws"], settings["level"])
    later = sorted({LATER, *(position for position in settings["positions"] if position >= LATER)})
    tables = [
        estimate_stages(own, stages, plan, positions=later),
        null_of_last_stage(own, stages, replace(plan, draws=row.get("flips", FLIPS))),
    ]
    write_table(pd.concat(tables, ignore_index=True), estimates, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
