"""The interaction by prompt category and family. Intervals resample prompts within the category
({{ study.statistics.draws }} draws, percentile); n is the number of events. A number in brackets says of how many
families a mean is, where the others have no such event. A pooled mean can hide categories of opposite sign.
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.figures.marks import axis_label, horizontal_interval, point, zero_line
from crosspatch.figures.rows import counts_by, estimates, scopes, select
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, panel_rows, panels, styled
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
    grid = panels(figure, len(shown), share_x=True)
    for axes, (scope, label) in zip(grid, shown.items(), strict=True):
        _draw_panel(axes, rows[rows["scope"] == scope], categories)
        axes.set_title(label)
    figure.supxlabel(axis_label("interaction", rows), fontsize=7.5)
    return finished(figure, rows)


def _categories(effects: pd.DataFrame) -> list[str]:
    names = [str(name) for name in effects["arm"].unique()] if "arm" in effects else []
    return sorted(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))


def _draw_panel(axes: Axes, rows: pd.DataFrame, categories: list[str]) -> None:
    axes.grid(axis="x")
    zero_line(axes, vertical=True)
    for row in estimates(rows):
        y, name = categories.index(row.arm.removeprefix(PREFIX)), f"{row.scope} {row.arm}"
        horizontal_interval(
            axes, row.low, row.high, y=y, colour=COLOURS["interaction"], width=1.2, name=f"interval {name}"
        )
        point(axes, row.value, y, "interaction", name=f"value {name}")
    axes.set_yticks(range(len(categories)), categories)
    axes.set_ylim(len(categories) - 0.5, -0.5)
    _write_counts(axes, counts_by(rows, "arm"), categories)


def _write_counts(axes: Axes, counts: dict[str, str], categories: list[str]) -> None:
    texts = {-1.0: "n", **{float(y): counts.get(PREFIX + name, "0") for y, name in enumerate(categories)}}
    for y, text in texts.items():
        axes.annotate(
            text, (1, y), xytext=(16, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", fontsize=6.5, color=MUTED, annotation_clip=False, gid=f"n {y:g}",
        )  # fmt: skip
