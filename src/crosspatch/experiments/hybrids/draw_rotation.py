"""Would another state of the tuned norm, as far from the base state, move the late effect as the tuned one does? Dots
on each line are how far the late effect moves when the tuned upstream state is put in the place of the base one (the
interaction), and when it is a state displaced at random instead, mean over {{ study.controls.rotation.seeds|length }}
draws: the difference's dimensions and signs shuffled (which changes the norm), or only the part of it across the base
state turned, so that distance and norm are the tuned state's at every position. An artefact of size would move it as
far; the claim predicts about nothing. Neither keeps what makes the difference one that a checkpoint produces. Small
circles are families, large points their mean; intervals are the widest over prompts, templates and token pairs
({{ study.statistics.draws }} draws, percentile); n is the number of events. Common tuned readout, float32.

Answer: row *rotation* of the table of verdicts.
"""

import pandas as pd

from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import axis_label, zero_line
from crosspatch.figures.rows import join, select_arms
from crosspatch.figures.style import Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import ALL_DRAWS, REFERENCE

NAME = "figure rotation"
LINES = {
    REFERENCE: "the tuned state",
    "rotation": "as far and of its norm,\nanother direction",
    "signed_permutation": "as far, another\ndirection",
}
"""Words of the own interaction and of each control's displacements."""


@styled()
def draw_rotation(rotation: pd.DataFrame, labels: Labels, signed_permutation: pd.DataFrame | None = None) -> Drawing:
    """Draw the interaction and the mean displacements of the late effect by random states, one line each.

    The tables are estimates of these controls; `labels` maps each pair to its label in drawing order.
    """
    own = select_arms(rotation, NAME, labels, effect="interaction", arm=REFERENCE)
    moved = select_arms(join(rotation, signed_permutation), NAME, labels, effect="signed_displacement", arm=ALL_DRAWS)
    rows = pd.concat([own, moved.assign(arm=moved["control"])], ignore_index=True)
    lines = {arm: words for arm, words in LINES.items() if arm in set(rows["arm"])}
    figure = new_figure(0.8 + 0.42 * len(lines))
    axes = figure.subplots()
    draw_arms(axes, rows, lines)
    zero_line(axes, vertical=True)
    axes.set_xlabel(axis_label("displacement of the late effect", rows))
    return finished(figure, rows)
