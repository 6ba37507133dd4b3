"""Does the interaction depend on the readout? The common readouts apply one checkpoint's final norm and unembedding
to all four cells; the native readout applies each late stack's own. Left: norm and unembedding in float32 (primary);
right: in the checkpoint's dtype. Intervals resample prompts ({{ study.statistics.draws }} draws, percentile).
"""

import pandas as pd

from crosspatch.figures.marks import axis_label, handle, zero_line
from crosspatch.figures.plots import APART, by_panel, estimated, house_plot, in_order, looks
from crosspatch.figures.rows import events_label, scopes, select
from crosspatch.figures.style import Drawing, finished, new_figure, styled
from crosspatch.figures.words import PRECISIONS, READOUTS, Labels

NAME = "figure readouts"
MEANINGS = {"common_tuned": "tuned", "common_base": "base", "native": "neutral"}


@styled()
def draw_readouts(effects: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction of every family under the three readouts, one panel per precision of the readout.

    `effects` is the effects table, `labels` maps each pair to its label in drawing order.
    """
    rows = select(effects, NAME, labels, effect="interaction", readout=list(READOUTS), precision=list(PRECISIONS))
    shown = scopes(rows, labels)
    figure = new_figure(0.85 + 0.4 * len(shown))
    plot = house_plot(rows, x="value", y="scope", color="readout", marker="readout")
    plot = estimated(plot.scale(y=in_order(list(shown)), **looks(MEANINGS)), "x", APART, width=1.4)
    for axes in by_panel(plot, figure, PRECISIONS, by="precision", share_x=True).values():
        axes.grid(axis="x")
        for border in range(1, len(shown)):
            axes.axhline(border - 0.5, color="#C4C4C4", linewidth=0.5)
        zero_line(axes, vertical=True)
        axes.set_xlabel(axis_label("interaction", rows))
    axes.set_yticks(range(len(shown)), [events_label(rows, scope, label) for scope, label in shown.items()])
    handles = [handle(MEANINGS[readout], f"{label} readout") for readout, label in READOUTS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return finished(figure, rows)
