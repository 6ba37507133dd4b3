"""Does the late effect grow as the upstream state becomes the tuned one? In the place of the tuned upstream state
stand mixtures of base and tuned state (tuned shares {{ study.controls.interpolation.shares|join(", ") }}), computed
in float32 at every position and read by both late stacks. Points are by how much the late effect from a mixture is
above that from the base state: 0 at share 0, and the interaction at share 1, both measured like the others. The claim
predicts a rise to the tuned state; the dashed line is a straight one. An artefact of any foreign state would show as
well in states that are moved as far as the tuned one, but with the difference's dimensions and signs shuffled (right,
mean over several shuffles). A curve above the line at shares between says that mixtures, which no checkpoint need
ever produce, do more than the tuned state itself. Intervals are the widest over prompts, templates and token pairs
({{ study.statistics.draws }} draws, percentile); n is the number of events.

Answer: rows *interpolation and signed permutation* of the table of verdicts.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.arms import COLUMNS, REMEDY, join, select_arms
from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import axis_label, handle, point, vertical_interval, zero_line
from crosspatch.figures.rows import count_of, scopes
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, panel_rows, panels, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

NAME = "figure interpolation"
PREFIX = "tuned share "
DISPLACED = "all draws"
RANDOM = 1.3
"""Where displacements in a random direction stand, right of the tuned state's share of 1."""


@styled()
def draw_interpolation(
    interpolation: pd.DataFrame, labels: Labels, signed_permutation: pd.DataFrame | None = None
) -> Drawing:
    """Draw the interaction over the tuned share, one panel per family, with a straight line to the tuned state's own.

    `interpolation` and `signed_permutation` are estimates of these controls; the displacement by the latter, if the
    study has it, stands at the right. `labels` maps each pair to its label in drawing order.
    """
    rows = _selected(join(interpolation, signed_permutation), labels)
    shown = scopes(rows, labels)
    figure = new_figure(0.8 + 1.7 * panel_rows(len(shown)))
    for axes, (scope, label) in zip(panels(figure, len(shown)), shown.items(), strict=True):
        own = rows[rows["scope"] == scope]
        _draw_panel(axes, own)
        axes.set_title(f"{label}\nn = {count_of(own[own['arm'] == REFERENCE], scope)}")
    figure.supxlabel("share of the tuned state in the mixture", fontsize=7.5)
    figure.supylabel(axis_label("interaction", rows), fontsize=7.5)
    figure.legend(handles=_legend(rows), loc="outside upper right", ncols=3)
    return finished(figure, rows)


def _selected(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    need_columns(estimates, COLUMNS, NAME, REMEDY)
    mixtures = [REFERENCE, *(arm for arm in estimates["arm"].unique() if str(arm).startswith(PREFIX))]
    rows = [select_arms(estimates, NAME, labels, control="interpolation", effect="interaction", arm=mixtures)]
    if (estimates["arm"] == DISPLACED).any():
        rows.append(select_arms(estimates, NAME, labels, arm=DISPLACED, effect="signed_displacement"))
    return pd.concat(rows, ignore_index=True)


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    zero_line(axes, vertical=False)
    for row in rows[rows["arm"] == REFERENCE].itertuples():
        axes.plot(
            [0, 1], [0, row.value], color=MUTED, linewidth=0.8, linestyle="--", zorder=1.5, gid=f"straight {row.scope}"
        )
    mixtures = rows[rows["arm"].str.startswith(PREFIX)]
    shares = [float(arm.removeprefix(PREFIX)) for arm in mixtures["arm"]]
    axes.plot(shares, mixtures["value"], color=COLOURS["interaction"], linewidth=0.8)
    for row, x in zip(mixtures.itertuples(), shares, strict=True):
        _draw_estimate(axes, row, x, "interaction")
    displaced = rows[rows["arm"] == DISPLACED]
    for row in displaced.itertuples():
        _draw_estimate(axes, row, RANDOM, "neutral")
    ticks = {share: f"{share:g}" for share in shares} | ({RANDOM: "random"} if len(displaced) else {})
    axes.set_xticks(list(ticks), list(ticks.values()), fontsize=6.5)
    axes.set_xlim(-0.12, max(ticks, default=1) + 0.22)


def _draw_estimate(axes: Axes, row: Any, x: float, meaning: str) -> None:  # noqa: ANN401 - as `itertuples` gives it
    name = f"{row.scope} {row.arm}"
    vertical_interval(axes, row.low, row.high, x=x, colour=COLOURS[meaning], name=f"interval {name}")
    point(axes, x, row.value, meaning, name=f"value {name}", size=3.8)


def _legend(rows: pd.DataFrame) -> list[Line2D]:
    straight = Line2D([], [], color=MUTED, linewidth=0.8, linestyle="--", label="straight line to the tuned state")
    handles = [handle("interaction", "mixtures"), straight]
    random = handle("neutral", "as far in a random direction")
    return [*handles, random] if (rows["arm"] == DISPLACED).any() else handles
