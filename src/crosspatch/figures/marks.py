"""The marks and words figures share: zero lines, panel titles, legend handles, labels of axes, counts."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.style import COLOURS, INK, MARKERS, MUTED
from crosspatch.figures.words import percent

THICK = 2.4
"""Width of the interval of a mean that stands among its families."""
CROSS = {"marker": "x", "markersize": 4.0, "markeredgewidth": 1.0, "linestyle": "", "color": INK}
"""On what should not be read, such as a lens that is no better than none."""


def handle(meaning: str, label: str) -> Line2D:
    """Return the legend entry of a meaning drawn as points with intervals."""
    return Line2D(
        [], [], color=COLOURS[meaning], marker=MARKERS[meaning], markeredgewidth=0, linewidth=1.2, label=label
    )


def interval_label(rows: pd.DataFrame) -> str:
    """Return `95% interval` at the level of the rows, `interval` if they have several, `estimate` without intervals."""
    if not rows["low"].notna().any():
        return "estimate"
    levels = rows["level"].dropna().unique()
    return f"{percent(levels[0])} interval" if len(levels) == 1 else "interval"


def axis_label(quantity: str, rows: pd.DataFrame) -> str:
    """Return an axis label with its unit and, if there are any, the kind of interval drawn."""
    return f"{quantity} (logits), {interval_label(rows)}" if rows["low"].notna().any() else f"{quantity} (logits)"


def zero_line(axes: Axes, *, vertical: bool) -> None:
    """Draw the line of no effect; the axis reaches beyond it."""
    draw = axes.axvline if vertical else axes.axhline
    draw(0, color=INK, linewidth=0.6, zorder=1, gid="zero")
    axes.autoscale_view(scalex=vertical, scaley=not vertical)


def letter(axes: Axes, name: str, title: str) -> None:
    """Write a panel's bold letter and its title above it."""
    axes.set_title(title, pad=6)
    axes.annotate(
        name, (0, 1), xytext=(-16, 6), xycoords="axes fraction", textcoords="offset points",
        fontweight="bold", fontsize=9, va="bottom", ha="right",
    )  # fmt: skip


def write_counts(axes: Axes, counts: Sequence[str]) -> None:
    """Write, right of a panel, the number of events of each of its lines, from the first line on."""
    for y, text in enumerate(("n", *counts), start=-1):
        axes.annotate(
            text, (1, y), xytext=(16, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", fontsize=6.5, color=MUTED, annotation_clip=False, gid=f"n {y}",
        )  # fmt: skip
