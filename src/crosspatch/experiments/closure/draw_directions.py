"""Through how much of the stack do few directions suffice? The least number of directions, of those measured, whose
projection closes nine tenths of what the whole difference at the last token closes (as ratios of means over held-out
prompts), at every boundary that was measured. Nothing is interpolated between the numbers: the true one lies between
the number shown and the next smaller one. Triangles at the top: not even the largest number suffices; crosses at the
bottom: the whole difference closes nothing, so there is nothing to suffice for. The number beside a point is the
closure by the whole difference. Filled points are registered boundaries. Bars are intervals over prompts
({{ study.statistics.draws }} draws, percentile) that end, where a draw needs more, above the largest number. It is a
number of directions that the late stack uses, not the rank of the difference itself.

Answer: rows *closure* of the table of verdicts.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import CROSS
from crosspatch.figures.rows import REMEDY
from crosspatch.figures.style import (
    COLOURS,
    MUTED,
    Drawing,
    finished,
    new_figure,
    number,
    panel_columns,
    panel_rows,
    panel_width,
    styled,
)
from crosspatch.figures.words import Labels

NAME = "figure directions"
COLUMNS = ["pair", "boundary", "is_registered", "relative_depth", "full_closure", "least", "low", "high", "most"]
MORE = {"marker": "^", "markersize": 5.0, "markeredgewidth": 0.8, "markerfacecolor": "none", "linestyle": ""}
COLOUR = COLOURS["interaction"]


@styled()
def draw_directions(closure_counts: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw how many directions suffice over the relative depth of the boundary, one panel per family."""
    need_columns(closure_counts, COLUMNS, NAME, REMEDY)
    shown = [pair for pair in labels if pair in set(closure_counts["pair"])]
    ticks = _ticks(closure_counts)
    figure = new_figure(0.9 + 1.8 * panel_rows(len(shown)), width=panel_width(len(shown)))
    grid = figure.subplots(panel_rows(len(shown)), panel_columns(len(shown)), squeeze=False, sharey=True)
    for axes in grid.ravel()[len(shown) :]:
        axes.set_axis_off()
    for axes, pair in zip(grid.ravel(), shown, strict=False):
        rows = closure_counts[closure_counts["pair"] == pair].sort_values("boundary")
        _draw_panel(axes, rows, ticks)
        axes.set_title(f"{labels[pair]}\nn = {int(rows['n_prompts'].iloc[0])}")
    figure.supxlabel("relative depth of the boundary (first late block / blocks)", fontsize=7.5)
    figure.supylabel("directions that suffice", fontsize=7.5)
    figure.legend(handles=_handles(), loc="outside upper right", ncols=2)
    return finished(figure, closure_counts[closure_counts["pair"].isin(shown)])


def _ticks(rows: pd.DataFrame) -> list[int]:
    """Return the numbers that occur, the largest measured one last."""
    found = rows[["least", "low", "high"]].to_numpy(dtype=float)
    return sorted({*found[np.isfinite(found)].astype(int).tolist(), int(rows["most"].max())})


def _draw_panel(axes: Axes, rows: pd.DataFrame, ticks: Sequence[int]) -> None:
    places = {float(count): place for place, count in enumerate(ticks)}
    above, below = len(ticks), -1
    for row in rows.itertuples():
        gains = row.full_closure > 0
        place = places[row.least] if np.isfinite(row.least) else above if gains else below
        if np.isfinite(row.low):
            top = places[row.high] if np.isfinite(row.high) else above
            axes.plot([row.relative_depth] * 2, [places[row.low], top], color=COLOUR, linewidth=1.0)
        look = {"gid": f"boundary {row.boundary}", "color": COLOUR}
        if place == above:
            axes.plot(row.relative_depth, place, **MORE, **look)
        elif place == below:
            axes.plot(row.relative_depth, place, **(CROSS | {"gid": look["gid"]}))
        else:
            face = COLOUR if row.is_registered else "white"
            axes.plot(row.relative_depth, place, marker="o", markersize=4.2, markerfacecolor=face, **look)
        beside = {"textcoords": "offset points", "xytext": (3, 2), "ha": "left", "fontsize": 5.5, "color": MUTED}
        axes.annotate(number(row.full_closure), (row.relative_depth, place), **beside)
    axes.set_yticks(range(len(ticks)), [str(count) for count in ticks])
    axes.set_ylim(below - 0.6, above + 0.9)
    axes.set_xlim(0, 1)
    axes.grid(axis="y")


def _handles() -> list[Line2D]:
    point = {"color": COLOUR, "marker": "o", "markersize": 4.2, "linestyle": ""}
    return [
        Line2D([], [], label="registered boundary", **point),
        Line2D([], [], label="other boundaries", **{**point, "markerfacecolor": "white"}),
        Line2D([], [], label="the largest number does not suffice", color=COLOUR, **MORE),
        Line2D([], [], label="the whole difference closes nothing", **CROSS),
    ]
