"""Effects over events sorted by what the boundary states say of their tokens before any late block, and the
interaction at equal margins of the two states by three regressions.
"""

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, estimate
from crosspatch.figures.rows import arms_in_order, select_arms
from crosspatch.figures.tables import EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

REGRESSIONS = {
    "interaction_at_equal_margins": "equal margins, by pairs of states",
    "upstream_coefficient": "equal margins, by single states",
    "upstream_coefficient_overlap": "the same, margins that both have",
}
"""Words of the regressions' estimates, each an interaction at equal margins."""

SPEC = TableSpec(
    label="commitment",
    title="Interaction by the margins of the boundary states",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout in float32. Tuned margin and margin "
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


EFFECTS_SHOWN = ("portable", "matched", "interaction", "retention")

EQUAL = "equal margins"
"""Arm that the regression's interaction is drawn as."""

WORDS = {REFERENCE: "all events", EQUAL: "equal margins (regression)"}


def table_commitment(commitment: pd.DataFrame, commitment_regression: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the effects over events sorted by boundary margins, then those at equal margins, family by family."""
    rows = select_arms(commitment, "table commitment", labels, effect=EFFECTS_SHOWN)
    equal = select_arms(commitment_regression, "table commitment", labels, effect=list(REGRESSIONS))
    equal = equal.assign(arm=equal["effect"], effect="interaction")
    both = pd.concat([rows, equal], ignore_index=True)
    words = {arm: REGRESSIONS.get(arm) or arm_words(arm) for arm in arms_in_order(both)}
    table = of_scopes(both, labels, "arm", list(words), EFFECTS_SHOWN)
    return table.assign(events=table["arm"].map(words))


def arm_words(arm: str) -> str:
    """Return an arm of the control commitment as figures and tables print it."""
    if arm in WORDS:
        return WORDS[arm]
    named, _, place = arm.partition(", bin ")
    part, _, parts = place.partition(" of ")
    ends = {"1": " (lowest)", parts: " (highest)"}
    words = f"{named}, part {part} of {parts}{ends.get(part, '')}" if place else arm
    return words.replace("<=", "\N{LESS-THAN OR EQUAL TO}")
