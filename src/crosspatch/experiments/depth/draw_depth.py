"""Does the interaction hang on where the stack is cut? Portable, matched and interaction with the boundary at other
blocks ({% if study.controls.depth.stride == 1 %}every one{% else %}every {{ study.controls.depth.stride }}th, the
registered one and the last {{ study.controls.depth.terminal | join(" and ") }}{% endif %}), at the same events; n is
their number. The unpatched cells are the same at every boundary, so only the crossed cells move. If the interaction
stood at the registered boundary alone, the choice would have made it; it should fade as fewer blocks are late, since
late effects do. Filled circles are the registered boundaries, rings the last blocks alone; in a family whose
registered late stack is one of these, the two coincide. The mean over families is at tenths of the depth, each family
at its nearest measured boundary. Bands are the widest over prompts, templates and token pairs
({{ study.statistics.draws }} draws, percentile) and are of each boundary by itself.

Answer: row *depth* of the table of verdicts.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.experiments.depth.table_depth import TERMINAL, with_relative_depth
from crosspatch.figures.arms import select_arms
from crosspatch.figures.marks import axis_label, zero_line
from crosspatch.figures.rows import events_label, scopes
from crosspatch.figures.style import (
    COLOURS,
    INK,
    Drawing,
    finished,
    new_figure,
    panel_rows,
    panel_width,
    panels,
    styled,
)
from crosspatch.figures.words import BALANCED, Labels
from crosspatch.records.arms import REFERENCE

NAME = "figure depth"
LINES = {"portable": "--", "matched": "-.", "interaction": "-"}
DEPTH_LABEL = "relative depth of the boundary (first late block / blocks)"


@styled()
def draw_depth(depth: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw portable, matched and interaction over the relative depth of the boundary, one panel per family.

    `depth` are the estimates of the control of that name. A family has a point for each boundary; the mean over
    families for each tenth of the depth, at the mean depth of the boundaries nearest to it.
    """
    rows = with_relative_depth(select_arms(depth, NAME, labels, effect=list(LINES)), depth, NAME)
    shown = {scope: label for scope, label in scopes(rows, labels).items() if scope in set(rows["scope"])}
    figure = new_figure(1.0 + 1.7 * panel_rows(len(shown)), width=panel_width(len(shown)))
    for axes, (scope, label) in zip(panels(figure, len(shown)), shown.items(), strict=True):
        _draw_panel(axes, rows[rows["scope"] == scope])
        axes.set_title(events_label(rows, scope, label))
    figure.supxlabel(DEPTH_LABEL, fontsize=7.5)
    figure.supylabel(axis_label("effect", rows), fontsize=7.5)
    figure.legend(handles=_handles(rows), loc="outside upper right", ncols=3)
    return finished(figure, rows)


def curve_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one scope that make its curve, from the first boundary to the last.

    A family's are those of its boundaries; the mean's those of shares of the depth, which all families have.
    """
    start = "depth " if (rows["scope"] == BALANCED).all() else "boundary "
    return rows[rows["arm"].str.startswith(start)].sort_values("relative_depth", kind="stable")


def draw_curve(axes: Axes, rows: pd.DataFrame, meaning: str, line: str, name: str) -> None:
    """Draw estimates over relative depth as a line with a band for their intervals."""
    axes.fill_between(
        rows["relative_depth"], rows["low"].astype(float), rows["high"].astype(float),
        color=COLOURS[meaning], alpha=0.2, linewidth=0, gid=f"band {name}",
    )  # fmt: skip
    axes.plot(
        rows["relative_depth"],
        rows["value"],
        line,
        color=COLOURS[meaning],
        marker=".",
        markersize=3,
        gid=f"line {name}",
    )


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    zero_line(axes, vertical=False)
    for effect, line in LINES.items():
        own = rows[rows["effect"] == effect]
        draw_curve(axes, curve_of(own), effect, line, f"{effect} {own['scope'].iloc[0]}")
    interaction = rows[rows["effect"] == "interaction"]
    for row in interaction[interaction["arm"] == REFERENCE].itertuples():
        axes.plot([row.relative_depth], [row.value], "o", gid=f"registered {row.scope}", **_REGISTERED)
    for row in interaction[interaction["arm"].str.startswith(TERMINAL)].itertuples():
        axes.plot([row.relative_depth], [row.value], "o", gid=f"{row.arm} {row.scope}", **_LAST)
    axes.set_xlim(0, 1)


_REGISTERED = {"color": COLOURS["interaction"], "markersize": 4.6, "markeredgewidth": 0}
_LAST = {"color": INK, "markerfacecolor": "none", "markersize": 7.5, "markeredgewidth": 0.8}


def _handles(rows: pd.DataFrame) -> list[Line2D]:
    lines = [
        Line2D([], [], color=COLOURS[effect], linestyle=line, marker=".", markersize=3, label=effect)
        for effect, line in LINES.items()
    ]
    terminal = [arm for arm in rows["arm"].unique() if arm.startswith(TERMINAL)]
    marks = [Line2D([], [], linestyle="", marker="o", label="registered boundary", **_REGISTERED)]
    if terminal:
        marks.append(Line2D([], [], linestyle="", marker="o", label=" and ".join(terminal), **_LAST))
    return lines + marks
