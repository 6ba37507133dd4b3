"""What tables share: columns, and estimates spread over columns."""

from collections.abc import Sequence

import pandas as pd

from crosspatch.figures.rendering import Column, count, estimate
from crosspatch.records.arms import REFERENCE

CONTRASTS = ("portable", "matched", "interaction")
FAMILY = Column("family", "Family")
EVENTS = Column("n_events", "Events", count)
EFFECTS = (
    Column("portable", "Portable", estimate),
    Column("matched", "Matched", estimate),
    Column("interaction", "Interaction", estimate),
)


def wide_by(rows: pd.DataFrame, key: str, effects: Sequence[str]) -> pd.DataFrame:
    """Return one row per `key` with EFFECT, EFFECT_low and EFFECT_high of each effect, then level and n_events."""
    columns: dict[str, pd.Series] = {}
    for effect in effects:
        own = rows[rows["effect"] == effect].set_index(key)
        columns |= {effect: own["value"], f"{effect}_low": own["low"], f"{effect}_high": own["high"]}
    about = rows.drop_duplicates(key).set_index(key)
    return pd.DataFrame({**columns, "level": about["level"], "n_events": about["n_events"]})


def by_family_and_arm(rows: pd.DataFrame, arms: Sequence[str], reference: str) -> pd.DataFrame:
    """Return one row per family and arm with every effect and its interval; `reference` names the pairs' own cells."""
    wide = rows.pivot_table(["value", "low", "high"], ["label", "arm"], "effect", sort=False, dropna=False)
    columns = {"value": "", "low": "_low", "high": "_high"}
    wide.columns = [f"{effect}{columns[number]}" for number, effect in wide.columns]
    about = rows[rows["effect"] == "interaction"].set_index(["label", "arm"])[["level", "n_events"]]
    order = [(label, arm) for label in rows["label"].unique() for arm in arms]
    table = wide.join(about).reindex(order).dropna(subset="n_events")
    return table.reset_index(names=["family", "arm"]).replace({"arm": {REFERENCE: reference}})


def block_of(wide: pd.DataFrame, key: str, family: str) -> pd.DataFrame:
    """Return the rows of one family, with its name first and their index as the column `key`."""
    block = wide.reset_index(names=key)
    block.insert(0, "family", family)
    return block
