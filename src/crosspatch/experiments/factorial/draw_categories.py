"""The interaction by prompt category and family. Intervals resample prompts within the category
({{ study.statistics.draws }} draws, percentile); n is the number of events. A number in brackets says of how many
families a mean is, where the others have no such event. A pooled mean can hide categories of opposite sign.
"""

import pandas as pd

from crosspatch.figures.marks import axis_label, write_counts, zero_line
from crosspatch.figures.plots import by_panel, estimated, house_plot, in_order
from crosspatch.figures.rows import counts_by, scopes, select
from crosspatch.figures.style import COLOURS, Drawing, finished, new_figure, panel_rows, styled
from crosspatch.figures.words import Labels

NAME = "figure categories"
PREFIX = "category "


@styled()
def draw_categories(effects: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction of the arms `category NAME`, categories in order of name.

    `effects` is the effects table, `labels` maps each pair to its label in drawing order.
    """
    categories = _categories(effects)
    rows = select(effects, NAME, labels, effect="interaction", arm=[PREFIX + name for name in categories])
    shown = scopes(rows, labels)
    figure = new_figure(0.45 + panel_rows(len(shown)) * (0.5 + 0.19 * len(categories)))
    plot = house_plot(rows, x="value", y="arm").scale(y=in_order([PREFIX + name for name in categories]))
    plot = estimated(plot, "x", color=COLOURS["interaction"])
    for scope, axes in by_panel(plot, figure, shown, share_x=True).items():
        axes.grid(axis="x")
        zero_line(axes, vertical=True)
        axes.set_yticks(range(len(categories)), categories)
        counts = counts_by(rows[rows["scope"] == scope], "arm")
        write_counts(axes, [counts.get(PREFIX + name, "0") for name in categories])
    figure.supxlabel(axis_label("interaction", rows), fontsize=7.5)
    return finished(figure, rows)


def _categories(effects: pd.DataFrame) -> list[str]:
    names = [str(name) for name in effects["arm"].unique()] if "arm" in effects else []
    return sorted(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))
