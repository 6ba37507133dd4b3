"""Arms drawn as lines of points."""

from collections.abc import Mapping

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes

from crosspatch.figures.marks import THICK
from crosspatch.figures.plots import estimated, house_plot, in_order, set_apart
from crosspatch.figures.rows import counts_by, headline_scope
from crosspatch.figures.style import COLOURS, MARKERS, MUTED


def draw_arms(axes: Axes, rows: pd.DataFrame, arms: Mapping[str, str], meaning: str = "interaction") -> None:
    """Draw one line per arm, first on top: families as small points, their mean as a large one with its interval.

    `rows` are selected rows of one effect; `arms` gives each arm's words. Under the words stands how many events the
    mean is over, and of how many families if some have none. A study of one family shows that family as the mean.
    """
    is_mean = rows["scope"] == headline_scope(rows, f"figure of {rows['control'].iloc[0]}")
    plot = house_plot(set_apart(rows, mean=is_mean, family=~is_mean), y="arm").scale(y=in_order(list(arms)))
    families = so.Dot(pointsize=3.2, fill=False, stroke=0.8, color=MUTED)
    plot = plot.add(families, so.Shift(y=-0.2), x="family_value", orient="y", legend=False)
    look = {"color": COLOURS[meaning], "marker": MARKERS[meaning]}
    plot = estimated(plot, "x", so.Shift(y=0.1), part="mean_", width=THICK, size=4.6, group="scope", **look)
    plot.on(axes).plot()
    axes.grid(axis="x")
    counts = counts_by(rows[is_mean], "arm")
    axes.set_yticks(range(len(arms)), [f"{words}\nn = {counts.get(arm, 0)}" for arm, words in arms.items()])
