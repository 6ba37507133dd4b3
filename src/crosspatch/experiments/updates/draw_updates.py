"""What does the interaction measure, tuning towards instructions or the size of the update? Each point is a
checkpoint of one base, trained in another way or for another time. Above: the interaction; below: as a share of the
native shift. Left: against the mean mark of the exam (raw mode, over categories). Right: against the relative change
of all weights (Frobenius norm). Grey are null pairs, to which no instruction was shown; they sat no exam. If the
interaction measures the size of the update, grey points lie among the others on the right; if it measures what was
learned, they lie below. All pairs share prompts and most share a base, so points are not independent. Common readout
of the checkpoint, float32; intervals are the widest over prompts, templates and token pairs ({{
study.statistics.draws }} draws, percentile).

Answer: row *update size* of the table of verdicts.
"""

import pandas as pd
import seaborn.objects as so
from matplotlib.lines import Line2D

from crosspatch.experiments.updates.quantities import TOTAL
from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import handle, interval_label, letter, zero_line
from crosspatch.figures.plots import estimated, house_plot
from crosspatch.figures.style import COLOURS, MARKERS, MUTED, Drawing, finished, new_figure, styled

NAME = "figure updates"
REMEDY = "relate the updates again (snakemake --forcerun relate_updates)"
COLUMNS = ["pair", "is_null", "quantity", "value", "low", "high", "level"]
CAUSES = {"exam": "mean mark of the exam", TOTAL: "relative change of the weights"}
OUTCOMES = {"interaction": "interaction (logits)", "interaction_share": "interaction / native shift"}
LOOKS = {
    False: {"color": COLOURS["interaction"], "marker": MARKERS["interaction"]},
    True: {"color": MUTED, "marker": MARKERS["neutral"]},
}


@styled()
def draw_updates(updates: pd.DataFrame) -> Drawing:
    """Draw the interaction of every pair against what it learned and against the size of its update."""
    need_columns(updates, COLUMNS, NAME, REMEDY)
    parts = [_points(updates, cause, outcome) for outcome in OUTCOMES for cause in CAUSES]
    rows = pd.concat(parts)
    figure = new_figure(4.6, width=5.4)
    panels = figure.subplots(2, 2, sharex="col", sharey="row")
    for place, name, own in zip(panels.flat, "ABCD", parts, strict=True):
        for is_null, look in LOOKS.items():
            points = own[own["is_null"] == is_null]
            if len(points):
                _plot(points, **look).on(place).plot()
        zero_line(place, vertical=False)
        letter(place, name, "")
    for place, words in zip(panels[1], CAUSES.values(), strict=True):
        place.set_xlabel(words)
    for place, words in zip(panels[:, 0], OUTCOMES.values(), strict=True):
        place.set_ylabel(f"{words}\n{interval_label(rows)}")
    figure.legend(handles=_handles(rows), loc="outside upper right", ncols=2)
    return finished(figure, rows)


def _points(updates: pd.DataFrame, cause: str, outcome: str) -> pd.DataFrame:
    """Return the rows of one outcome, with `cause_value`, of the pairs that have both."""
    own = updates[updates["quantity"] == outcome]
    causes = updates[updates["quantity"] == cause].set_index("pair")["value"]
    points = own.assign(cause=cause, outcome=outcome, cause_value=own["pair"].map(causes))
    return points.dropna(subset=["value", "cause_value"])


def _plot(points: pd.DataFrame, **look: str) -> so.Plot:
    return estimated(house_plot(points, x="cause_value"), "y", group="pair", width=0.8, size=3.6, **look)


def _handles(rows: pd.DataFrame) -> list[Line2D]:
    tuned = handle("interaction", "tuned on instructions")
    null = Line2D([], [], color=MUTED, marker=MARKERS["neutral"], markeredgewidth=0, label="null pair")
    return [tuned, null] if rows["is_null"].any() else [tuned]
