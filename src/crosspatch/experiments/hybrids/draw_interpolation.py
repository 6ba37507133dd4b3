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

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import axis_label, handle, zero_line
from crosspatch.figures.plots import by_panel, estimated, house_plot, looks
from crosspatch.figures.rows import COLUMNS, REMEDY, count_of, join, scopes, select_arms
from crosspatch.figures.style import MUTED, Drawing, finished, new_figure, panel_rows, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import ALL_DRAWS, REFERENCE

NAME = "figure interpolation"
PREFIX = "tuned share "
KINDS = {PREFIX: "interaction", ALL_DRAWS: "neutral"}
STRAIGHT = {"color": MUTED, "linewidth": 0.8, "linestyle": "--"}
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
    for scope, axes in by_panel(_plot(rows), figure, shown).items():
        own = rows[rows["scope"] == scope]
        axes.set_title(f"{shown[scope]}\nn = {count_of(own[own['arm'] == REFERENCE], scope)}")
        _finish(axes, own["arm"])
    figure.supxlabel("share of the tuned state in the mixture", fontsize=7.5)
    figure.supylabel(axis_label("interaction", rows), fontsize=7.5)
    figure.legend(handles=_legend(rows), loc="outside upper right", ncols=3)
    return finished(figure, rows)


def _selected(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    need_columns(estimates, COLUMNS, NAME, REMEDY)
    mixtures = [REFERENCE, *(arm for arm in estimates["arm"].unique() if str(arm).startswith(PREFIX))]
    rows = [select_arms(estimates, NAME, labels, control="interpolation", effect="interaction", arm=mixtures)]
    if (estimates["arm"] == ALL_DRAWS).any():
        rows.append(select_arms(estimates, NAME, labels, arm=ALL_DRAWS, effect="signed_displacement"))
    return pd.concat(rows, ignore_index=True)


def _plot(rows: pd.DataFrame) -> so.Plot:
    """Return a plot of the mixtures by their share, of the straight line to the tuned state and of what is random."""
    tuned, known = rows[rows["arm"] == REFERENCE], rows[rows["arm"] != REFERENCE]
    is_random = known["arm"] == ALL_DRAWS
    known = known.assign(share=[_share(arm) for arm in known["arm"]], mixture=known["value"].mask(is_random))
    known = known.assign(kind=known["arm"].where(is_random, PREFIX))
    ends = [pd.DataFrame({"scope": tuned["scope"], "share": x, "straight": x * tuned["value"]}) for x in (0.0, 1.0)]
    plot = house_plot(pd.concat([known, *(end.assign(kind=PREFIX) for end in ends)]), x="share", color="kind")
    plot = plot.add(so.Line({"zorder": 1.5}, **STRAIGHT), y="straight", legend=False)
    plot = plot.add(so.Line(linewidth=0.8), y="mixture", legend=False)
    return estimated(plot.scale(**looks(KINDS)), "y", size=3.8)


def _share(arm: str) -> float:
    return RANDOM if arm == ALL_DRAWS else float(arm.removeprefix(PREFIX))


def _finish(axes: Axes, arms: pd.Series) -> None:
    zero_line(axes, vertical=False)
    shares = {_share(arm): arm for arm in arms if arm != REFERENCE}
    words = ["random" if arm == ALL_DRAWS else f"{share:g}" for share, arm in shares.items()]
    axes.set_xticks(list(shares), words, fontsize=6.5)
    axes.set_xlim(-0.12, max(shares, default=1) + 0.22)


def _legend(rows: pd.DataFrame) -> list[Line2D]:
    straight = Line2D([], [], label="straight line to the tuned state", **STRAIGHT)
    handles = [handle("interaction", "mixtures"), straight]
    random = handle("neutral", "as far in a random direction")
    return [*handles, random] if (rows["arm"] == ALL_DRAWS).any() else handles
