"""Was the token chosen before the late blocks? The boundary state is read out as if it were the last, and events are
sorted by the margin it gives to their two tokens: those at which the tuned state does not favour the tuned token yet
(tuned margin at most 0), each family's events in {{ study.controls.commitment.bins }} equal parts by that margin, and
by how much larger it is than the base state's (margin difference). If the interaction were a commitment that late
blocks only pass on, it would be gone where there is none, and at equal margins of the two states (the intercept of a
regression of the interaction on their difference, within families; where few events have equal margins, an
extrapolation). Large marks are means over families with intervals, the widest over prompts, templates and token pairs
({{ study.statistics.draws }} draws, percentile), small ones families; n are events. A number in brackets says of how
many families a mean is, where the others have no such event. Sorting by a margin also sorts by how much is left for
late blocks to do, so differences between parts are no effects of commitment by themselves.

Answer: rows *commitment and commitment regression* of the table of verdicts.
"""

import pandas as pd
from matplotlib.lines import Line2D

from crosspatch.experiments.commitment.table_commitment import EQUAL, arm_words
from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import axis_label, handle, zero_line
from crosspatch.figures.rows import arms_in_order, select_arms
from crosspatch.figures.style import MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure commitment"


@styled()
def draw_commitment(commitment: pd.DataFrame, commitment_regression: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction over events sorted by the margins of their boundary states, and at equal margins.

    Both tables are the estimates of the controls of these names.
    """
    sorted_rows = select_arms(commitment, NAME, labels, effect="interaction")
    equal = select_arms(commitment_regression, NAME, labels, effect="interaction_at_equal_margins").assign(arm=EQUAL)
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
