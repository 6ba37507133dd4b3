"""Interaction of every family along each checkpoint's own rollout, over h =
{{ study.controls.native_history.primary | join(", ") }} tokens pooled, with intervals (the widest over prompts,
templates and token pairs); the last row of each direction is the family with the smallest.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, count, estimate, share
from crosspatch.figures.rows import scopes, select_arms
from crosspatch.figures.tables import EFFECTS, EVENTS, FAMILY, wide_by
from crosspatch.figures.words import BALANCED, Labels

SHOWN: Final = ("interaction", "retention", "has_event")

SPEC = TableSpec(
    label="native_history",
    title="Interaction along each checkpoint's own rollout",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout in float32. Pooled horizons, averaged "
        "within a prompt first. Of first divergence: ratio of the interactions. With an event: share of prompts with "
        "one at any of these horizons."
    ),
    columns=(
        Column("history", "Direction"),
        FAMILY,
        EFFECTS[2],
        Column("retention", "Of first divergence", estimate),
        EVENTS,
        Column("n_prompts", "Prompts", count),
        Column("has_event", "With an event", share),
    ),
    grouped=("history",),
)


HISTORIES: Mapping[str, str] = MappingProxyType(
    {"tuned history": "along the tuned rollout", "base history": "along the base rollout"}
)


def table_native_history(native_history: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the pooled horizons of both directions for every family and the mean, and the smallest family's again."""
    rows = select_arms(native_history, "table native_history", labels, effect=SHOWN, arm=list(HISTORIES))
    blocks = [_block(rows, arm, words, scopes(rows, labels)) for arm, words in HISTORIES.items()]
    return pd.concat(blocks, ignore_index=True)


def _block(rows: pd.DataFrame, arm: str, words: str, shown: Mapping[str, str]) -> pd.DataFrame:
    own = rows[rows["arm"] == arm]
    interactions = own[own["effect"] == "interaction"].set_index("scope")
    wide = wide_by(own, "scope", SHOWN).drop(columns="n_events").join(interactions[["n_events", "n_prompts"]])
    wide = wide.reindex(list(shown)).fillna({"n_events": 0, "n_prompts": 0})
    families = interactions["label"].reindex(list(shown)).fillna(pd.Series(shown))
    wide = wide.assign(family=families, history=words, arm=arm)
    return pd.concat([wide, *_smallest(wide)]).reset_index(names="scope")


def _smallest(wide: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the row of the family with the smallest interaction, if there are several families."""
    families = wide[wide.index != BALANCED]
    if families["interaction"].count() > 1:
        smallest = families.loc[[families["interaction"].idxmin()]]
        yield smallest.assign(family="smallest: " + smallest["family"])
