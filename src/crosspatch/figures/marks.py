"""The marks figures share: intervals, points, zero lines, panel titles, legend handles."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.style import COLOURS, INK, MARKERS
from crosspatch.figures.words import percent

THICK, THIN = 2.4, 0.9


def horizontal_interval(
    axes: Axes, low: float, high: float, *, y: float, colour: str, width: float = THICK, name: str = "interval"
) -> None:
    """Draw [low, high] at height `y`; nothing if there is no interval."""
    if pd.notna(low) and pd.notna(high):
        axes.plot([low, high], [y, y], color=colour, linewidth=width, solid_capstyle="butt", gid=name)


def vertical_interval(
    axes: Axes, low: float, high: float, *, x: float, colour: str, width: float = 1.2, name: str = "interval"
) -> None:
    """Draw [low, high] at `x`; nothing if there is no interval."""
    if pd.notna(low) and pd.notna(high):
        axes.plot([x, x], [low, high], color=colour, linewidth=width, solid_capstyle="butt", gid=name)


def point(axes: Axes, x: float, y: float, meaning: str, *, name: str, size: float = 4.2) -> None:
    """Draw one estimate in the colour and marker of its meaning."""
    axes.plot([x], [y], marker=MARKERS[meaning], markersize=size, markeredgewidth=0, color=COLOURS[meaning], gid=name)


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
    """Draw the line of no effect."""
    draw = axes.axvline if vertical else axes.axhline
    draw(0, color=INK, linewidth=0.6, zorder=1, gid="zero")


def letter(axes: Axes, name: str, title: str) -> None:
    """Write a panel's bold letter and its title above it."""
    axes.set_title(title, pad=6)
    axes.annotate(
        name, (0, 1), xytext=(-16, 6), xycoords="axes fraction", textcoords="offset points",
        fontweight="bold", fontsize=9, va="bottom", ha="right",
    )  # fmt: skip
