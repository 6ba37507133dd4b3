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

from collections.abc import Mapping

import pandas as pd
import seaborn.objects as so
from matplotlib.lines import Line2D

from crosspatch.experiments.depth.table_depth import TERMINAL, with_relative_depth
from crosspatch.figures.marks import axis_label, zero_line
from crosspatch.figures.plots import ABOVE, by_panel, curves, house_plot, set_apart
from crosspatch.figures.rows import events_label, scopes, select_arms
from crosspatch.figures.style import (
    COLOURS,
    INK,
    Drawing,
    finished,
    new_figure,
    panel_rows,
    panel_width,
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
    for scope, axes in by_panel(_plot(rows), figure, shown).items():
        zero_line(axes, vertical=False)
        axes.set_xlim(0, 1)
        axes.set_title(events_label(rows[rows["scope"] == scope], scope, shown[scope]))
    figure.supxlabel(DEPTH_LABEL, fontsize=7.5)
    figure.supylabel(axis_label("effect", rows), fontsize=7.5)
    figure.legend(handles=_handles(rows), loc="outside upper right", ncols=3)
    return finished(figure, rows)


def curves_over_depth(rows: pd.DataFrame, looks: Mapping[str, tuple[str, str]]) -> so.Plot:
    """Return a plot of estimates over relative depth, as lines with bands for their intervals.

    `looks` gives each effect the meaning of its colour, and its line. A family's curve is over its boundaries; the
    mean's over shares of the depth, which all families have.
    """
    is_mean, arms = rows["scope"] == BALANCED, rows["arm"].str
    on_curve = (is_mean & arms.startswith("depth ")) | (~is_mean & arms.startswith("boundary "))
    colours = so.Nominal({effect: COLOURS[meaning] for effect, (meaning, _) in looks.items()}, order=list(looks))
    lines = so.Nominal({effect: line for effect, (_, line) in looks.items()}, order=list(looks))
    plot = house_plot(set_apart(rows, curve=on_curve), x="relative_depth", color="effect", linestyle="effect")
    return curves(plot.scale(color=colours, linestyle=lines), "curve_")


def _plot(rows: pd.DataFrame) -> so.Plot:
    marked, arms = rows["effect"] == "interaction", rows["arm"]
    rows = set_apart(rows, registered=marked & (arms == REFERENCE), last=marked & arms.str.startswith(TERMINAL))
    plot = curves_over_depth(rows, {effect: (effect, line) for effect, line in LINES.items()})
    plot = plot.add(so.Dot(ABOVE, pointsize=4.6, edgewidth=0), y="registered_value", legend=False)
    last = so.Dot(ABOVE, pointsize=7.5, fill=False, stroke=0.8, color=INK)
    return plot.add(last, y="last_value", legend=False)


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
