"""Standard drawings by seaborn in the house style: it draws the numbers of the tables and computes none."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosspatch.figures.style import COLOURS, MARKERS, panel_columns

ABOVE = {"zorder": 3}
"""Points stand above intervals and the zero line."""
APART = so.Dodge(by=["color"])
"""Moves estimates at one place apart by their colours."""
NUMBERS = ("value", "low", "high")


def house_plot(rows: pd.DataFrame, **variables: str) -> so.Plot:
    """Return a plot of rows under the settings in force (`styled`), not under seaborn's own, without axis labels."""
    settings = {name: matplotlib.rcParams[name] for name in so.Plot.config.theme}
    return so.Plot(rows.reset_index(drop=True), **variables).theme(settings).label(x="", y="")


def in_order(values: Sequence[str]) -> so.Nominal:
    """Return the scale of an axis on which these values stand, with or without rows, the first leftmost or on top."""
    return so.Nominal(order=list(values))


def looks(meanings: Mapping[str, str]) -> dict[str, so.Nominal]:
    """Return the scales that give each value of a variable the colour and the marker of its meaning."""
    return {
        name: so.Nominal({value: known[meaning] for value, meaning in meanings.items()}, order=list(meanings))
        for name, known in {"color": COLOURS, "marker": MARKERS}.items()
    }


def set_apart(rows: pd.DataFrame, **parts: pd.Series) -> pd.DataFrame:
    """Return rows with PART_value, PART_low and PART_high, which hold the numbers of the rows of that part only.

    Layers of a plot differ by such columns: seaborn takes what a layer with rows of its own does not say, as its panel,
    from the plot's rows at the same index.
    """
    numbers = {f"{part}_{name}": rows[name].where(own) for part, own in parts.items() for name in NUMBERS}
    return rows.assign(**numbers)


def estimated(
    plot: so.Plot,
    along: str,
    *moves: so.Dodge | so.Shift,
    part: str = "",
    width: float = 1.2,
    size: float = 4.2,
    group: str | None = None,
    **look: str | float,
) -> so.Plot:
    """Add each row's point and its interval as the table has them, `along` x or y; nothing where there is none.

    `part` is one of those that are set apart, with its underscore. Rows of one place and colour need a `group` that
    tells them apart. An interval has the colour of its point, or of the point's edge.
    """
    usual: dict[str, Any] = {"orient": {"x": "y", "y": "x"}[along], "legend": False}
    usual |= {along: f"{part}value"}
    ends = {f"{along}min": f"{part}low", f"{along}max": f"{part}high", "group": group}
    edge = look.get("edgecolor", look.get("color"))
    colour = {} if edge is None else {"color": edge}
    plot = plot.add(so.Range({"capstyle": "butt"}, linewidth=width, **colour), *moves, **ends, **usual)
    return plot.add(so.Dot(ABOVE, pointsize=size, **{"edgewidth": 0.0, **look}), *moves, **usual)


def curves(plot: so.Plot, part: str) -> so.Plot:
    """Add a line through the points of each group in a part, with a band for their intervals."""
    plot = plot.add(so.Band(alpha=0.2, edgewidth=0), ymin=f"{part}low", ymax=f"{part}high", legend=False)
    return plot.add(so.Line(marker=".", pointsize=3), y=f"{part}value", legend=False)


def by_panel(
    plot: so.Plot, figure: Figure, shown: Mapping[str, str], *, by: str = "scope", share_x: bool = False
) -> dict[str, Axes]:
    """Draw a plot in one panel per value of `by`, titled as `shown` says, and return the panels.

    Panels without rows keep their place; all share the vertical axis and, if `share_x`, the horizontal one.
    """
    faceted = plot.facet(by, order=list(shown), wrap=panel_columns(len(shown))).share(x=share_x)
    faceted.label(title=shown.__getitem__).on(figure).plot()
    return dict(zip(shown, figure.axes, strict=True))
