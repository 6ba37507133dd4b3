"""Descendants of one base, at all prompts and at groups of them (the papers' table F.1): the effects, and the
interaction as a share of the native shift, which makes small updates comparable with large ones. A descendant that
hardly moved parts from its base late or never, and its interaction is small for that reason alone; the table of events
says how often and where. The mean is over those tuned on instructions, whose prompts are resampled together.
"""

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, measured
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import EVENTS, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

SHOWN = ("portable", "matched", "interaction", "native_shift", "interaction_share")

SPEC = TableSpec(
    label="descendants",
    title="Descendants of one base",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); common tuned readout in "
        "float32. The share is a ratio of means: interaction / native shift."
    ),
    columns=(
        Column("family", "Descendant"),
        Column("arm", "Prompts"),
        Column("portable", "Portable", measured),
        Column("matched", "Matched", measured),
        Column("interaction", "Interaction", measured),
        Column("native_shift", "Native shift", measured),
        Column("interaction_share", "Interaction share", measured),
        EVENTS,
    ),
    grouped=("family",),
)


def table_descendants(slices: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the effects of every descendant and of their mean, by group of prompts, all prompts first."""
    arms = [REFERENCE, *(arm for arm in slices["arm"].unique() if arm != REFERENCE)]
    rows = select_arms(slices, "table descendants", labels, arm=arms, effect=list(SHOWN))
    return of_scopes(rows, labels, "arm", arms, SHOWN).replace({"arm": {REFERENCE: "all"}})
