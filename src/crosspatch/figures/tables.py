"""What tables share: columns, and estimates spread over columns."""

from collections.abc import Sequence

import pandas as pd

from crosspatch.figures.rendering import Column, count, estimate
from crosspatch.figures.rows import scopes
from crosspatch.figures.words import Labels

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


def of_scopes(
    rows: pd.DataFrame, labels: Labels, key: str, values: Sequence[str], effects: Sequence[str]
) -> pd.DataFrame:
    """Return a row for each value of `key` in every family and in their mean, as `wide_by` does, with its `family`.

    Where a family has no event of a value, its row has no numbers; where a mean is over some families only, its label
    says so.
    """
    blocks = []
    for scope, family in scopes(rows, labels).items():
        own = rows[rows["scope"] == scope]
        wide = wide_by(own, key, effects).reindex(values).fillna({"n_events": 0})
        said = own.drop_duplicates(key).set_index(key)["label"].reindex(wide.index)
        wide.insert(0, "family", said.fillna(family))
        blocks.append(wide.reset_index(names=key))
    return pd.concat(blocks, ignore_index=True)
