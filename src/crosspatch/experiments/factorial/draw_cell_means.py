"""Mean margin of each of the four cells, in logits: the tuned token wins above zero, the base token below. Two
parallel lines would mean no interaction; the dashed line shows where the tuned upstream's line would end if the late
effect were the base upstream's. Common tuned readout, float32; n, the number of events, stands in each panel.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import handle, zero_line
from crosspatch.figures.plots import by_panel, house_plot, in_order, looks
from crosspatch.figures.style import (
    COLOURS,
    Drawing,
    finished,
    new_figure,
    number,
    panel_rows,
    panel_width,
    styled,
)
from crosspatch.figures.words import Labels

NAME = "figure cell_means"
SIDES = ("base", "tuned")
COLUMNS = ["pair", "upstream", "late", "value", "n_events"]
SHOWN = {"readout": "common_tuned", "precision": "float32"}
REMEDY = "average the margins of the cells tables over prompts, one row per pair, upstream and late"
WITHOUT: Mapping[str, Any] = {"color": COLOURS["neutral"], "linestyle": (0, (3, 2)), "linewidth": 0.9}
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}


@styled()
def draw_cell_means(cell_means: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw each family's mean margin over late stack, one line per upstream.

    `cell_means` has pair, upstream, late, readout, precision, value (mean margin in logits) and n_events, of which the
    common tuned readout in float32 is drawn; `labels` maps each pair to its label in drawing order. The dashed line
    runs parallel to the base upstream's from the tuned upstream's start: the tuned line ends above its end by the
    interaction.
    """
    need_columns(cell_means, [*COLUMNS, *SHOWN], NAME, REMEDY)
    primary = (cell_means[list(SHOWN)] == pd.Series(SHOWN)).all(axis=1)
    rows = cell_means.loc[cell_means["pair"].isin(list(labels)) & primary, COLUMNS]
    need_columns(rows, COLUMNS, f"{NAME}, pairs {list(labels)}", REMEDY)
    if rows.duplicated(["pair", "upstream", "late"]).any():
        raise TableError(f"{NAME}: cells occur more than once; average the margins of each pair once")
    rows = rows.assign(label=rows["pair"].map(labels), without_interaction=_without_interaction(rows))
    figure = new_figure(0.85 + 1.6 * panel_rows(len(labels)), width=panel_width(len(labels)))
    for pair, axes in by_panel(_plot(rows), figure, labels, by="pair", share_x=True).items():
        zero_line(axes, vertical=False)
        _write_panel(axes, rows[rows["pair"] == pair])
    figure.supxlabel("late stack", fontsize=7.5)
    figure.supylabel("mean margin (logits)", fontsize=7.5)
    figure.legend(handles=_legend(), loc="outside upper right", ncols=3)
    return finished(figure, rows)


def _without_interaction(rows: pd.DataFrame) -> pd.Series:
    """Return, for each pair's (tuned, tuned) cell, where it would be if the late effect were the base upstream's."""
    ends = pd.Series(float("nan"), index=rows.index)
    for _, cells in rows.groupby("pair"):
        margins = _margins(cells)
        if len(margins) == len(SIDES) ** 2:
            end = margins["tuned", "base"] + margins["base", "tuned"] - margins["base", "base"]
            ends[cells.index[(cells["upstream"] == "tuned") & (cells["late"] == "tuned")]] = end
    return ends


def _margins(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    cells = zip(rows["upstream"], rows["late"], strict=True)
    return dict(zip(cells, rows["value"].astype(float), strict=True))


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    low, high = min(0.0, rows["value"].min()), max(0.0, rows["value"].max())
    room = (high - low) or 1.0
    return low - 0.12 * room, high + 0.25 * room


def _plot(rows: pd.DataFrame) -> so.Plot:
    """Return a plot of the margins over late stack, with the dashed line from the tuned upstream's start."""
    dashed = rows["without_interaction"].where(rows["late"] == "tuned", rows["value"])
    parallel = rows["pair"].isin(rows.loc[rows["without_interaction"].notna(), "pair"]) & (rows["upstream"] == "tuned")
    rows = rows.assign(dashed=dashed.where(parallel))
    plot = house_plot(rows, x="late", color="upstream", marker="upstream").limit(y=_limits(rows))
    plot = plot.scale(x=in_order(SIDES), **looks({side: side for side in SIDES}))
    plot = plot.add(so.Line(**WITHOUT, marker=""), y="dashed", legend=False)
    return plot.add(so.Line(), y="value", legend=False)


def _write_panel(axes: Axes, rows: pd.DataFrame) -> None:
    margins = _margins(rows)
    for place, late in enumerate(SIDES):
        _write_values(axes, place, {side: margins[side, late] for side in SIDES if (side, late) in margins})
    events = f"n = {int(rows['n_events'].iloc[0])}" if len(rows) else "no events"
    axes.annotate(events, (0.03, 0.98), xycoords="axes fraction", va="top", fontsize=6.5, gid="n")
    axes.set_xlim(-0.75, 1.75)


def _write_values(axes: Axes, place: int, margins: Mapping[str, float]) -> None:
    """Write the margins of one late stack beside their points, apart by at least the height of the text."""
    bottom, top = axes.get_ylim()
    heights = dict(zip(margins, _apart(list(margins.values()), 0.11 * (top - bottom)), strict=True))
    for upstream, value in margins.items():
        axes.text(
            place + (0.11 if place else -0.11), heights[upstream], number(value), fontsize=6.5, va="center",
            ha="left" if place else "right", bbox=BEHIND, gid=f"{upstream} {SIDES[place]}",
        )  # fmt: skip


def _apart(heights: list[float], gap: float) -> list[float]:
    """Return one or two heights, moved apart to at least `gap`."""
    if len(heights) < 2 or abs(heights[1] - heights[0]) >= gap:
        return heights
    middle, half = sum(heights) / 2, gap / 2
    return [middle - half, middle + half] if heights[0] <= heights[1] else [middle + half, middle - half]


def _legend() -> list[Line2D]:
    dashed = Line2D([], [], label="if there were no interaction", **WITHOUT)
    return [*(handle(side, f"{side} upstream") for side in SIDES), dashed]
