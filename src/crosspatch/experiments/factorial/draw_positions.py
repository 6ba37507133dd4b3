"""Do the effects depend on where the first divergence falls? Portable, matched and interaction over all events and
over those at or after a position (0 is the first token after the prompt). Intervals resample prompts
({{ study.statistics.draws }} draws, percentile); n under each point is its number of events. A number in brackets
says of how many families a mean is, where the others have no such event.
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.figures.marks import axis_label, handle, point, vertical_interval, zero_line
from crosspatch.figures.rows import Estimate, counts_by, estimates, position_arms, scopes, select
from crosspatch.figures.style import COLOURS, Drawing, finished, new_figure, panel_rows, panels, styled
from crosspatch.figures.words import Labels, position_label

NAME = "figure positions"
OFFSETS = {"portable": -0.2, "matched": 0.0, "interaction": 0.2}


@styled()
def draw_positions(effects: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw portable, matched and interaction over the arms `all` and `position >= k`, one panel per family.

    `effects` is the effects table, `labels` maps each pair to its label in drawing order.
    """
    arms = position_arms(effects)
    rows = select(effects, NAME, labels, effect=list(OFFSETS), arm=arms)
    shown = scopes(rows, labels)
    figure = new_figure(0.8 + 1.55 * panel_rows(len(shown)))
    for axes, (scope, label) in zip(panels(figure, len(shown)), shown.items(), strict=True):
        _draw_panel(axes, rows[rows["scope"] == scope], arms)
        axes.set_title(label)
    figure.supxlabel("position of the event in the continuation, with the number of events", fontsize=7.5)
    figure.supylabel(axis_label("effect", rows), fontsize=7.5)
    figure.legend(handles=[handle(effect, effect) for effect in OFFSETS], loc="outside upper right", ncols=3)
    return finished(figure, rows)


def _draw_panel(axes: Axes, rows: pd.DataFrame, arms: list[str]) -> None:
    zero_line(axes, vertical=False)
    for row in estimates(rows):
        _draw_estimate(axes, row, arms.index(row.arm) + OFFSETS[row.effect])
    counts = counts_by(rows, "arm")
    ticks = [f"{position_label(arm)}\n{counts.get(arm, 0)}".replace(" (", "\n(") for arm in arms]
    axes.set_xticks(range(len(arms)), ticks, fontsize=6.5)
    axes.set_xlim(-0.5, len(arms) - 0.5)


def _draw_estimate(axes: Axes, row: Estimate, x: float) -> None:
    name = f"{row.effect} {row.scope} {row.arm}"
    vertical_interval(axes, row.low, row.high, x=x, colour=COLOURS[row.effect], name=f"interval {name}")
    point(axes, x, row.value, row.effect, name=f"value {name}")
