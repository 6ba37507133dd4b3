"""The commitment figure: the interaction by what the boundary state says of the tokens before any late block."""

import pandas as pd
from matplotlib.lines import Line2D

from crosspatch.figures.arm_rows import arms_in_order, select_arms
from crosspatch.figures.arms import draw_arms
from crosspatch.figures.commitment_rows import EQUAL, arm_words
from crosspatch.figures.marks import axis_label, handle, zero_line
from crosspatch.figures.style import MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure commitment"


@styled()
def draw_commitment(commitment: pd.DataFrame, regression: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction over events sorted by the margins of their boundary states, and at equal margins.

    `commitment` and `regression` are the estimates of the controls commitment and commitment_regression.
    """
    sorted_rows = select_arms(commitment, NAME, labels, effect="interaction")
    equal = select_arms(regression, NAME, labels, effect="interaction_at_equal_margins").assign(arm=EQUAL)
    rows = pd.concat([sorted_rows, equal], ignore_index=True)
    arms = {arm: arm_words(arm) for arm in arms_in_order(rows)}
    figure = new_figure(0.8 + 0.36 * len(arms))
    axes = figure.subplots()
    draw_arms(axes, rows, arms)
    zero_line(axes, vertical=True)
    axes.set_xlabel(axis_label("interaction", rows))
    family = Line2D([], [], linestyle="", marker="o", markersize=3.2, markerfacecolor="none", color=MUTED)
    family.set_label("a family")
    figure.legend(handles=[handle("interaction", "mean over families"), family], loc="outside upper right", ncols=2)
    return finished(figure, rows)
