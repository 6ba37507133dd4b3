"""Does the interaction come with one stage of training, or with all of them? Interaction of every stage of a lineage
with its first stage, at the first divergences of first and last stage and for their two tokens (filled: all events;
hollow: position 3 or later). Each stage stands in the place of the tuned checkpoint in the four cells, so the first
has none by construction. Below, the share of these events at which the stage's own full stack picks the last one's
token. A stage may pick that token and not read its own upstream states as the last one does; then the upper panel
lags behind the lower one. Events are chosen by the last stage, and favour it: the table *lineage supports* has others.
Common readout of the last stage, float32; intervals are the widest over prompts, templates and token pairs
({{ study.statistics.draws }} draws, percentile); n is the number of events.
"""

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.experiments.lineages.table_lineages import selected
from crosspatch.figures.marks import axis_label, handle, interval_label, zero_line
from crosspatch.figures.plots import estimated, house_plot, in_order, set_apart
from crosspatch.figures.style import COLOURS, MARKERS, Drawing, finished, new_figure, panel_width, styled

NAME = "figure lineages"
LATER = 3
"""Position from which on hollow points count events."""
ASIDE = 0.08
"""By how much, in stages, the two points of a stage stand beside its place."""
LOOK = {"color": COLOURS["interaction"], "marker": MARKERS["interaction"]}
HOLLOW = {"color": "white", "edgecolor": COLOURS["interaction"], "edgewidth": 0.9, "marker": MARKERS["interaction"]}
PICKS = {"color": COLOURS["tuned"], "marker": MARKERS["tuned"]}


@styled()
def draw_lineages(lineages: pd.DataFrame) -> Drawing:
    """Draw the interaction of every stage on the primary support, and how often it picks the last stage's token.

    `lineages` are the estimates of all lineages of the study; there is a column of two panels for each.
    """
    rows = selected(lineages, NAME)
    rows = rows[(rows["support_place"] == 0) & rows["position"].isin([0, LATER])]
    shown = (rows["effect"] == "interaction") & (rows["readout"] == "common_tuned")
    rows = rows[shown | (rows["effect"] == "picks_tuned_token")].reset_index(drop=True)
    names = list(rows["lineage"].unique())
    figure = new_figure(3.5, width=panel_width(len(names)))
    panels = figure.subplots(2, len(names), squeeze=False, sharey="row", sharex="col", height_ratios=[2, 1])
    for column, name in enumerate(names):
        _draw(panels[0, column], panels[1, column], rows[rows["lineage"] == name], name)
    panels[0, 0].set_ylabel(axis_label("interaction", rows))
    panels[1, 0].set_ylabel("picks the last\nstage's token")
    figure.legend(handles=_handles(rows), loc="outside upper right", ncols=3)
    return finished(figure, rows)


def _draw(upper: Axes, lower: Axes, rows: pd.DataFrame, name: str) -> None:
    stages = list(rows.sort_values("stage_place")["stage"].unique())
    is_path, is_later = rows["effect"] == "interaction", rows["position"] == LATER
    parts = {"all": is_path & ~is_later, "later": is_path & is_later, "picks": ~is_path & ~is_later}
    known = set_apart(rows, **parts)
    aside = ASIDE if parts["later"].any() else 0.0
    _path(known[parts["all"]], "all_", stages, -aside, **LOOK).on(upper).plot()
    _path(known[parts["later"]], "later_", stages, aside, **HOLLOW).on(upper).plot()
    _path(known[parts["picks"]], "picks_", stages, 0.0, **PICKS).on(lower).plot()
    zero_line(upper, vertical=False)
    lower.set_ylim(-0.05, 1.08)
    lower.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    lower.set_xticks(range(len(stages)), stages)
    lower.set_xlim(-0.5, len(stages) - 0.5)
    counts = [rows.loc[part & is_path, "n_events"].max() for part in (~is_later, is_later)]
    later = "" if pd.isna(counts[1]) else f", {int(counts[1])} at position \N{GREATER-THAN OR EQUAL TO}{LATER}"
    upper.set_title(f"{name}\nn = {int(counts[0])}{later}")


def _path(rows: pd.DataFrame, part: str, stages: list[str], aside: float, **look: str | float) -> so.Plot:
    """Return a plot of one part's points in the order of the stages, joined by a line."""
    plot = house_plot(rows.sort_values("stage_place"), x="stage").scale(x=in_order(stages))
    line = so.Line(linewidth=0.8, color=str(look.get("edgecolor", look["color"])), linestyle="--" if aside > 0 else "-")
    plot = plot.add(line, so.Shift(x=aside), y=f"{part}value", legend=False)
    return estimated(plot, "y", so.Shift(x=aside), part=part, **look)


def _handles(rows: pd.DataFrame) -> list[Line2D]:
    hollow = Line2D(
        [], [], color=COLOURS["interaction"], marker="o", markerfacecolor="white", linestyle="--", linewidth=0.8,
        label=f"position \N{GREATER-THAN OR EQUAL TO}{LATER}",
    )  # fmt: skip
    picks = handle("tuned", f"picks, {interval_label(rows)}")
    handles = [handle("interaction", "all events"), hollow, picks]
    return handles if (rows["position"] == LATER).any() else [handles[0], picks]
