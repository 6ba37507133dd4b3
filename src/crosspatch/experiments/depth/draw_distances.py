"""Are the two upstream states far apart before the late blocks read them, and only at the event? Norm of the
difference of tuned and base state over the mean of their norms, entering each block: at the event's position,
averaged over the earlier positions of the continuation, and over those of the prompt, all read with the same tokens.
Equal checkpoints would give 0 everywhere. Above each panel, n of the three, in this order: an event at the first or
second token has no earlier position in the continuation. A number in brackets says of how many families a mean is,
where the others have no such event. Vertical lines are the registered boundaries. Bands are the widest over prompts,
templates and token pairs ({{ study.statistics.draws }} draws, percentile); the table of controls has cosine distances
as well.
"""

import pandas as pd
from matplotlib.lines import Line2D

from crosspatch.experiments.depth.draw_depth import DEPTH_LABEL, curves_over_depth
from crosspatch.experiments.depth.table_depth import measured_depths, with_relative_depth
from crosspatch.figures.marks import interval_label
from crosspatch.figures.plots import by_panel
from crosspatch.figures.rows import counts_by, scopes, select_arms
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
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

NAME = "figure distances"
PLACES = {
    "event_relative_distance": ("at the event", "interaction", "-"),
    "continuation_relative_distance": ("earlier in the continuation", "matched", "--"),
    "prompt_relative_distance": ("in the prompt", "neutral", ":"),
}
"""Words, colour and line of each quantity."""


@styled()
def draw_distances(distances: pd.DataFrame, depth: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the relative distance of base and tuned states over the relative depth, one panel per family.

    `distances` and `depth` are the estimates of the controls of those names; the latter says how deep a boundary is.
    """
    rows = with_relative_depth(select_arms(distances, NAME, labels, effect=list(PLACES)), depth, NAME)
    shown = {scope: label for scope, label in scopes(rows, labels).items() if scope in set(rows["scope"])}
    depths = measured_depths(depth)
    registered = depths[depths["arm"] == REFERENCE].set_index("scope")["value"]
    figure = new_figure(1.0 + 1.7 * panel_rows(len(shown)), width=panel_width(len(shown)))
    plot = curves_over_depth(rows, {quantity: (meaning, line) for quantity, (_, meaning, line) in PLACES.items()})
    for scope, axes in by_panel(plot, figure, shown).items():
        axes.set_title(f"{shown[scope]}\nn = {_counts(rows[rows['scope'] == scope])}")
        axes.set_xlim(0, 1)
        if scope in registered:
            axes.axvline(registered[scope], color=INK, linewidth=0.6, zorder=1, gid="registered")
    figure.axes[0].set_ylim(bottom=0)
    figure.supxlabel(DEPTH_LABEL, fontsize=7.5)
    figure.supylabel(f"distance / mean norm, {interval_label(rows)}", fontsize=7.5)
    figure.legend(handles=_handles(), loc="outside upper right", ncols=2)
    return finished(figure, rows)


def _counts(rows: pd.DataFrame) -> str:
    """Return how many events have each quantity, in the order of PLACES."""
    counts = counts_by(rows.sort_values("n_events", ascending=False, kind="stable"), "effect")
    return " / ".join(counts.get(quantity, "0") for quantity in PLACES)


def _handles() -> list[Line2D]:
    lines = [
        Line2D([], [], color=COLOURS[meaning], linestyle=line, marker=".", markersize=3, label=words)
        for words, meaning, line in PLACES.values()
    ]
    return [*lines, Line2D([], [], color=INK, linewidth=0.6, label="registered boundary")]
