"""Estimate effects from the authors' records over several selections of prompts (rule audit_published_records)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from crosspatch.experiments.claims.published_cells import select_prompts
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.measures.effects import contrast_of_cells
from crosspatch.records.estimates import HEADLINE
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.estimates import estimate_pair
from crosspatch.statistics.plan import Plan

STEPS: Final = (1 / 4, 1 / 8, 1 / 16)
"""Steps in logits whose multiples are counted; bfloat16 has steps of 1/8 from 16 to 32 and of 1/16 from 8 to 16."""


def estimate_selections(
    selections: Mapping[str, pd.DataFrame], plan: Plan, *, positions: Sequence[int]
) -> pd.DataFrame:
    """Return the `estimates` rows of one pair's cells in each selection, with the column `selection` before them."""
    tables = {name: estimate_pair(cells, plan, positions=positions) for name, cells in selections.items()}
    return pd.concat(tables, names=["selection"]).reset_index("selection").reset_index(drop=True)


def resolution(cells_frame: pd.DataFrame) -> pd.DataFrame:
    """Return the share of margins and of interactions, over events, that are multiples of each of STEPS, by readout."""
    cells = pair_cells(cells_frame)
    rows = []
    for view, (readout, precision) in enumerate(cells.views):
        margins = cells.margins[:, view]
        values = {"margin": margins.ravel(), "interaction": contrast_of_cells(margins, "interaction")}
        rows += [
            (readout, precision, quantity, step, float(np.mean(numbers % step == 0)), len(numbers))
            for quantity, numbers in values.items()
            for step in STEPS
        ]
    return pd.DataFrame(rows, columns=["readout", "precision", "quantity", "step", "share", "n"])


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
