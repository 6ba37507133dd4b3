"""Is the interaction made by crossed states that are strange to the late stack that reads them? The anomaly of an
event is the largest absolute z-score of either crossed state, among the RMS and the standard deviation of all its
positions and of its last one, against the late stack's own states over the events of the pair. Lowest are the shares
of events with the smallest anomaly ({{ study.controls.anomaly.keep|join(", ") }} of them), highest the other events.
An artefact would leave nothing at the least strange events; the claim predicts the same interaction. Four numbers of
size do not say whether the direction of a state is strange. Intervals are the widest over prompts, templates and
token pairs ({{ study.statistics.draws }} draws, percentile); n is the number of events.

Answer: row *anomaly* of the table of verdicts.
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.figures.arms import select_arms
from crosspatch.figures.marks import axis_label, horizontal_interval, point, zero_line
from crosspatch.figures.rows import counts_by, scopes
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, panel_rows, panels, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

NAME = "figure anomaly"


@styled()
def draw_anomaly(anomaly: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction at all events, at the least strange and at the other ones, one panel per family.

    `anomaly` is the `estimates` table of the anomaly, `labels` maps each pair to its label in drawing order.
    """
    rows = select_arms(anomaly, NAME, labels, effect="interaction")
    arms = _arms(rows)
    shown = scopes(rows, labels)
    figure = new_figure(0.45 + panel_rows(len(shown)) * (0.5 + 0.19 * len(arms)))
    for axes, (scope, label) in zip(panels(figure, len(shown), share_x=True), shown.items(), strict=True):
        _draw_panel(axes, rows[rows["scope"] == scope], arms)
        axes.set_title(label)
    figure.supxlabel(axis_label("interaction", rows), fontsize=7.5)
    return finished(figure, rows)


def _arms(rows: pd.DataFrame) -> dict[str, str]:
    """Return {arm: its words}: all events, then the lowest of each share, then the others."""
    names = [str(arm) for arm in rows["arm"].unique()]
    lowest, highest = (sorted(arm for arm in names if arm.startswith(word)) for word in ("lowest", "highest"))
    return {REFERENCE: "all events", **{arm: arm for arm in (*reversed(lowest), *highest)}}


def _draw_panel(axes: Axes, rows: pd.DataFrame, arms: dict[str, str]) -> None:
    axes.grid(axis="x")
    zero_line(axes, vertical=True)
    places = {arm: y for y, arm in enumerate(arms)}
    for row in rows.itertuples():
        y, name = places[row.arm], f"{row.scope} {row.arm}"
        meaning = "neutral" if row.arm.startswith("highest") else "interaction"
        horizontal_interval(axes, row.low, row.high, y=y, colour=COLOURS[meaning], width=1.2, name=f"interval {name}")
        point(axes, row.value, y, meaning, name=f"value {name}")
    axes.set_yticks(range(len(arms)), list(arms.values()))
    axes.set_ylim(len(arms) - 0.5, -0.5)
    counts = counts_by(rows, "arm")
    texts = {-1.0: "n", **{float(y): counts.get(arm, "0") for arm, y in places.items()}}
    for y, text in texts.items():
        axes.annotate(
            text, (1, y), xytext=(16, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", fontsize=6.5, color=MUTED, annotation_clip=False, gid=f"n {y:g}",
        )  # fmt: skip
