"""Does the interaction depend on the readout? The common readouts apply one checkpoint's final norm and unembedding
to all four cells; the native readout applies each late stack's own. Left: norm and unembedding in float32 (primary);
right: in the checkpoint's dtype. Intervals resample prompts ({{ study.statistics.draws }} draws, percentile).
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.figures.marks import axis_label, handle, horizontal_interval, point, zero_line
from crosspatch.figures.rows import estimates, events_label, scopes, select
from crosspatch.figures.style import COLOURS, Drawing, finished, new_figure, styled
from crosspatch.figures.words import PRECISIONS, READOUTS, Labels

NAME = "figure readouts"
MEANINGS = {"common_tuned": "tuned", "common_base": "base", "native": "neutral"}
OFFSETS = {"common_tuned": -0.25, "common_base": 0.0, "native": 0.25}


@styled()
def draw_readouts(effects: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction of every family under the three readouts, one panel per precision of the readout.

    `effects` is the effects table, `labels` maps each pair to its label in drawing order.
    """
    rows = select(effects, NAME, labels, effect="interaction", readout=list(READOUTS), precision=list(PRECISIONS))
    shown = scopes(rows, labels)
    figure = new_figure(0.85 + 0.4 * len(shown))
    for axes, (precision, title) in zip(
        figure.subplots(1, 2, sharex=True, sharey=True), PRECISIONS.items(), strict=True
    ):
        _draw_panel(axes, rows[rows["precision"] == precision], list(shown))
        axes.set_title(title)
    axes.set_yticks(range(len(shown)), [events_label(rows, scope, label) for scope, label in shown.items()])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    handles = [handle(MEANINGS[readout], f"{label} readout") for readout, label in READOUTS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return finished(figure, rows)


def _draw_panel(axes: Axes, rows: pd.DataFrame, order: list[str]) -> None:
    axes.grid(axis="x")
    for border in range(1, len(order)):
        axes.axhline(border - 0.5, color="#C4C4C4", linewidth=0.5)
    zero_line(axes, vertical=True)
    for row in estimates(rows):
        colour, name = COLOURS[MEANINGS[row.readout]], f"{row.readout} {row.precision} {row.scope}"
        y = order.index(row.scope) + OFFSETS[row.readout]
        horizontal_interval(axes, row.low, row.high, y=y, colour=colour, width=1.4, name=f"interval {name}")
        point(axes, row.value, y, MEANINGS[row.readout], name=f"value {name}")
    axes.set_xlabel(axis_label("interaction", rows))
