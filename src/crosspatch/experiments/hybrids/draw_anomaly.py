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

from crosspatch.figures.marks import axis_label, write_counts, zero_line
from crosspatch.figures.plots import by_panel, estimated, house_plot, in_order, looks
from crosspatch.figures.rows import counts_by, scopes, select_arms
from crosspatch.figures.style import Drawing, finished, new_figure, panel_rows, styled
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
    meanings = {arm: "neutral" if arm.startswith("highest") else "interaction" for arm in arms}
    plot = house_plot(rows, x="value", y="arm", color="arm", marker="arm")
    plot = estimated(plot.scale(y=in_order(list(arms)), **looks(meanings)), "x")
    for scope, axes in by_panel(plot, figure, shown, share_x=True).items():
        axes.grid(axis="x")
        zero_line(axes, vertical=True)
        axes.set_yticks(range(len(arms)), list(arms.values()))
        counts = counts_by(rows[rows["scope"] == scope], "arm")
        write_counts(axes, [counts.get(arm, "0") for arm in arms])
    figure.supxlabel(axis_label("interaction", rows), fontsize=7.5)
    return finished(figure, rows)


def _arms(rows: pd.DataFrame) -> dict[str, str]:
    """Return {arm: its words}: all events, then the lowest of each share, then the others."""
    names = [str(arm) for arm in rows["arm"].unique()]
    lowest, highest = (sorted(arm for arm in names if arm.startswith(word)) for word in ("lowest", "highest"))
    return {REFERENCE: "all events", **{arm: arm for arm in (*reversed(lowest), *highest)}}
