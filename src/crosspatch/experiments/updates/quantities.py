"""Quantities of the table of updates, and the table with a column for each."""

from typing import Final

import pandas as pd

EFFECTS: Final = ("portable", "matched", "interaction", "native_shift", "interaction_share")
TOTAL: Final = "weight_change"
UPSTREAM: Final = "weight_change_upstream"
LATE: Final = "weight_change_late"


def by_pair(updates: pd.DataFrame) -> pd.DataFrame:
    """Return the values of an `updates` table with a row per pair and a column per quantity, both as they come."""
    return updates.pivot_table(index="pair", columns="quantity", values="value", aggfunc="first", sort=False)
