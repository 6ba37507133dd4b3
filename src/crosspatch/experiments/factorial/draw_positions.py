"""Do the effects depend on where the first divergence falls? Portable, matched and interaction over all events and
over those at or after a position (0 is the first token after the prompt). Intervals resample prompts
({{ study.statistics.draws }} draws, percentile); n under each point is its number of events. A number in brackets
says of how many families a mean is, where the others have no such event.
"""

import pandas as pd

from crosspatch.figures.marks import axis_label, handle, zero_line
from crosspatch.figures.plots import APART, by_panel, estimated, house_plot, in_order, looks
from crosspatch.figures.rows import counts_by, position_arms, scopes, select
from crosspatch.figures.style import Drawing, finished, new_figure, panel_rows, styled
from crosspatch.figures.words import Labels, position_label

NAME = "figure positions"
EFFECTS = {effect: effect for effect in ("portable", "matched", "interaction")}
"""Effects in the order in which they stand, each with its own look."""


@styled()
def draw_positions(effects: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw portable, matched and interaction over the arms `all` and `position >= k`, one panel per family.

    `effects` is the effects table, `labels` maps each pair to its label in drawing order.
    """
    arms = position_arms(effects)
    rows = select(effects, NAME, labels, effect=list(EFFECTS), arm=arms)
    shown = scopes(rows, labels)
    figure = new_figure(0.8 + 1.55 * panel_rows(len(shown)))
    plot = house_plot(rows, x="arm", y="value", color="effect", marker="effect")
    plot = estimated(plot.scale(x=in_order(arms), **looks(EFFECTS)), "y", APART)
    for scope, axes in by_panel(plot, figure, shown).items():
        zero_line(axes, vertical=False)
        counts = counts_by(rows[rows["scope"] == scope], "arm")
        ticks = [f"{position_label(arm)}\n{counts.get(arm, 0)}".replace(" (", "\n(") for arm in arms]
        axes.set_xticks(range(len(arms)), ticks, fontsize=6.5)
    figure.supxlabel("position of the event in the continuation, with the number of events", fontsize=7.5)
    figure.supylabel(axis_label("effect", rows), fontsize=7.5)
    figure.legend(handles=[handle(effect, effect) for effect in EFFECTS], loc="outside upper right", ncols=3)
    return finished(figure, rows)
