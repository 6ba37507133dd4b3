"""The commitment figure: the interaction by what the boundary state says of the tokens before any late block."""

import pandas as pd
from matplotlib.lines import Line2D

from crosspatch.figures.arms import REFERENCE, draw_arms, select_arms
from crosspatch.figures.marks import axis_label, handle, zero_line
from crosspatch.figures.style import MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure commitment"
EQUAL = "equal margins"
"""Arm that the regression's interaction is drawn as."""
WORDS = {REFERENCE: "all events", EQUAL: "equal margins (regression)"}


@styled()
def draw_commitment(commitment: pd.DataFrame, regression: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction over events sorted by the margins of their boundary states, and at equal margins.

    `commitment` and `regression` are the estimates of the controls commitment and commitment_regression.
    """
    sorted_rows = select_arms(commitment, NAME, labels, effect="interaction")
    equal = select_arms(regression, NAME, labels, effect="interaction_at_equal_margins").assign(arm=EQUAL)
    rows = pd.concat([sorted_rows, equal], ignore_index=True)
    arms = {arm: arm_words(arm) for arm in rows["arm"].unique()}
    figure = new_figure(0.8 + 0.36 * len(arms))
    axes = figure.subplots()
    draw_arms(axes, rows, arms)
    zero_line(axes, vertical=True)
    axes.set_xlabel(axis_label("interaction", rows))
    family = Line2D([], [], linestyle="", marker="o", markersize=3.2, markerfacecolor="none", color=MUTED)
    family.set_label("a family")
    figure.legend(handles=[handle("interaction", "mean over families"), family], loc="outside upper right", ncols=2)
    return finished(figure, rows)


def arm_words(arm: str) -> str:
    """Return an arm of the control commitment as figures and tables print it."""
    if arm in WORDS:
        return WORDS[arm]
    named, _, place = arm.partition(", bin ")
    part, _, parts = place.partition(" of ")
    ends = {"1": " (lowest)", parts: " (highest)"}
    words = f"{named}, part {part} of {parts}{ends.get(part, '')}" if place else arm
    return words.replace("<=", "\N{LESS-THAN OR EQUAL TO}")
