"""Arms drawn as lines of points."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.figures.marks import horizontal_interval
from crosspatch.figures.rows import counts_by, headline_scope
from crosspatch.figures.style import COLOURS, MARKERS, MUTED


def draw_arms(axes: Axes, rows: pd.DataFrame, arms: Mapping[str, str], meaning: str = "interaction") -> None:
    """Draw one line per arm, first on top: families as small points, their mean as a large one with its interval.

    `rows` are selected rows of one effect; `arms` gives each arm's words. Under the words stands how many events the
    mean is over, and of how many families if some have none. A study of one family shows that family as the mean.
    """
    axes.grid(axis="x")
    scope = headline_scope(rows, f"figure of {rows['control'].iloc[0]}")
    for y, arm in enumerate(arms):
        own = rows[rows["arm"] == arm]
        for row in own[own["scope"] != scope].itertuples():
            _family_point(axes, row.value, y - 0.2, f"family {row.scope} {arm}")
        for row in own[own["scope"] == scope].itertuples():
            horizontal_interval(axes, row.low, row.high, y=y + 0.1, colour=COLOURS[meaning], name=f"interval {arm}")
            axes.plot(
                [row.value], [y + 0.1], marker=MARKERS[meaning], markersize=4.6, markeredgewidth=0,
                color=COLOURS[meaning], gid=f"value {arm}",
            )  # fmt: skip
    counts = counts_by(rows[rows["scope"] == scope], "arm")
    axes.set_yticks(range(len(arms)), [f"{words}\nn = {counts.get(arm, 0)}" for arm, words in arms.items()])
    axes.set_ylim(len(arms) - 0.5, -0.5)


def _family_point(axes: Axes, value: float, y: float, name: str) -> None:
    axes.plot(
        [value], [y], marker="o", markersize=3.2, markerfacecolor="none", markeredgewidth=0.8, color=MUTED, gid=name
    )
