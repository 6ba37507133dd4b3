"""The tables of where the stack is cut, and of commitment before the late blocks."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from crosspatch.figures.arm_rows import arms_in_order, select_arms
from crosspatch.figures.commitment_rows import arm_words
from crosspatch.figures.depth_rows import TERMINAL, with_relative_depth
from crosspatch.figures.rendering import Column, TableSpec, estimate, plain
from crosspatch.figures.selection import scopes
from crosspatch.figures.table_specs import EVENTS, FAMILY
from crosspatch.figures.tables import families_of, wide_by
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

EFFECTS = ("portable", "matched", "interaction", "retention")
REGRESSIONS = {
    "interaction_at_equal_margins": "equal margins, by pairs of states",
    "upstream_coefficient": "equal margins, by single states",
    "upstream_coefficient_overlap": "the same, margins that both have",
}
"""Words of the regressions' estimates, each an interaction at equal margins."""

DEPTH: Final = TableSpec(
    label="depth",
    title="Interaction of the registered late stack and of the last blocks alone",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. Relative depth is boundary / "
        "blocks. Retention is the interaction / that of the registered boundary, over the same prompts."
    ),
    columns=(
        FAMILY,
        Column("late", "Late stack"),
        Column("relative_depth", "Relative depth", plain),
        Column("interaction", "Interaction", estimate),
        Column("retention", "Retention", estimate),
        EVENTS,
    ),
    grouped=("family",),
)
COMMITMENT: Final = TableSpec(
    label="commitment",
    title="Interaction by the margins of the boundary states",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. Tuned margin and margin "
        "difference (tuned - base) are of the states that enter the first late block. Equal margins: regressions with "
        "an intercept per family, of the interaction on the difference of the two margins (by pairs of states), and of "
        "the late effect on the margin of the state and whether it is the tuned one (by single states)."
    ),
    columns=(
        FAMILY,
        Column("events", "Events at"),
        Column("portable", "Portable", estimate),
        Column("matched", "Matched", estimate),
        Column("interaction", "Interaction", estimate),
        Column("retention", "Retention", estimate),
        EVENTS,
    ),
    grouped=("family",),
)


def table_depth(depth: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return interaction and retention of the registered late stack and of the last blocks, family by family."""
    arms = [arm for arm in depth["arm"].unique() if arm == REFERENCE or arm.startswith(TERMINAL)]
    rows = with_relative_depth(
        select_arms(depth, "table depth", labels, effect=EFFECTS, arm=arms), depth, "table depth"
    )
    blocks = []
    for scope, family in scopes(rows, labels).items():
        own = rows[rows["scope"] == scope]
        depths = own.drop_duplicates("arm").set_index("arm")["relative_depth"]
        wide = _by_arm(own, arms, family).join(depths, on="arm")
        blocks.append(wide.assign(late=wide["arm"].replace(REFERENCE, "registered")))
    return pd.concat(blocks, ignore_index=True)


def table_commitment(commitment: pd.DataFrame, regression: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the effects over events sorted by boundary margins, then those at equal margins, family by family."""
    rows = select_arms(commitment, "table commitment", labels, effect=EFFECTS)
    equal = select_arms(regression, "table commitment", labels, effect=list(REGRESSIONS))
    equal = equal.assign(arm=equal["effect"], effect="interaction")
    both = pd.concat([rows, equal], ignore_index=True)
    arms = arms_in_order(both)
    events = [REGRESSIONS.get(arm) or arm_words(arm) for arm in arms]
    blocks = [
        _by_arm(both[both["scope"] == scope], arms, family).assign(events=events)
        for scope, family in scopes(rows, labels).items()
    ]
    return pd.concat(blocks, ignore_index=True)


def _by_arm(rows: pd.DataFrame, arms: Sequence[str], family: str) -> pd.DataFrame:
    """Return one row per arm of one scope, also where the scope has no event of it."""
    wide = wide_by(rows, "arm", EFFECTS).reindex(arms).fillna({"n_events": 0})
    return wide.assign(family=families_of(wide, rows, "arm", family)).reset_index(names="arm")
