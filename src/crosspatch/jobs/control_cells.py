"""Cells of a control: the pair's own cells at some of its events, or other cells, by arm."""

from collections.abc import Collection, Mapping
from typing import Final

import pandas as pd

COLUMNS: Final = (
    "pair", "prompt_id", "arm", "category", "template", "step", "base_token", "tuned_token", "consistent", "upstream",
    "late", "readout", "margin_checkpoint", "margin_float32",
)  # fmt: skip


def cells_of_arms(arms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the `control_cells` table of several arms, each a table of cells with what is known of its events."""
    tables = [cells.assign(arm=arm) for arm, cells in arms.items()]
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def arms_of_prompts(cells: pd.DataFrame, arms: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Return the `control_cells` whose arms are the pair's own cells at the events of some prompts each."""
    return cells_of_arms({arm: cells[cells["prompt_id"].isin(prompts)] for arm, prompts in arms.items()})
