"""How much of the tuned checkpoint's boundary state is enough? The tuned late blocks read base states that were moved,
at the last token, by the difference of the tuned state to the base state: projected on directions that were fitted on
other prompts, or whole. Closure is the margin that is gained / the margin between the tuned and the base upstream, a
ratio of means over held-out prompts; 1 would be all of it. Squares are moved at every position, each by its own
difference projected in the same way; the whole one closes everything there, by construction. Below, what stands for
the difference: the mean of all events, another event's, that of another descendant of the same base, and random
directions: of the norm of the projection on {{ study.controls.closure.primary }} directions, anywhere or among these
only, or (Gaussian) of the norm of the whole difference. A linear late stack would give a flipped difference minus the
closure of the whole one. Pairs marked as extra had no instruction tuning, or are outside the mean: what closes as much
there is no mark of instruction tuning. Registered boundary, common tuned readout, float32; draws of random directions
are averaged ({{ study.controls.closure.seeds | length }} of each); intervals are the widest over prompts, templates and
token pairs ({{ study.statistics.draws }} draws, percentile); n is the number of held-out events.

Answer: rows *closure* of the table of verdicts.
"""

from textwrap import fill

import pandas as pd
import seaborn.objects as so
from matplotlib.lines import Line2D

from crosspatch.experiments.closure.names import (
    ALL_POSITIONS,
    DRAWN,
    FLIPPED,
    FULL,
    MEAN,
    OTHER_DESCENDANT,
    OTHER_EVENT,
    REGISTERED,
    of_directions,
)
from crosspatch.experiments.closure.shown import closures, counts_in
from crosspatch.figures.marks import handle, interval_label, zero_line
from crosspatch.figures.plots import by_panel, estimated, house_plot, in_order, set_apart
from crosspatch.figures.rows import events_label, join, scopes
from crosspatch.figures.style import COLOURS, MARKERS, Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import Labels

NAME = "figure closure"
CONTROLS = (MEAN, OTHER_EVENT, OTHER_DESCENDANT, *DRAWN, FLIPPED)
LOOKS = {"own": "interaction", "everywhere": "base", "control": "neutral"}
"""Meaning of the colour and marker of the difference itself, of it at every position, and of what stands for it."""
TITLE = 20
"""Letters of a title that stand side by side in the narrowest panel."""
WORDS = {"own": "its own difference", "everywhere": "at every position", "control": "what stands for it"}


@styled()
def draw_closure(closure: pd.DataFrame, labels: Labels, closure_floor: pd.DataFrame | None = None) -> Drawing:
    """Draw the closure of every arm at the registered boundary, one panel per family.

    `closure` are the estimates of the control of that name, `closure_floor` those of null pairs, which have panels of
    their own; `labels` maps each pair to its label in drawing order.
    """
    own = [*map(of_directions, counts_in(closure, NAME)), FULL]
    names = [*own, *CONTROLS]
    rows = closures(
        join(closure, closure_floor), labels, NAME, [REGISTERED], [*names, *(name + ALL_POSITIONS for name in own)]
    )
    everywhere = rows["arm"].str.endswith(ALL_POSITIONS)
    rows = rows.assign(line=rows["arm"].str.removesuffix(ALL_POSITIONS))
    lines = [name for name in names if name in set(rows["line"])]
    shown = scopes(rows, labels)
    figure = new_figure(0.8 + (0.4 + 0.17 * len(lines)) * panel_rows(len(shown)), width=max(6, panel_width(len(shown))))
    parts = {
        "own": ~everywhere & rows["line"].isin(own),
        "everywhere": everywhere,
        "control": rows["line"].isin(CONTROLS),
    }
    plot = house_plot(set_apart(rows, **parts), y="line").scale(y=in_order(lines))
    for part, meaning in LOOKS.items():
        look = {"color": COLOURS[meaning], "marker": MARKERS[meaning], "size": 3.4}
        aside = so.Shift(y=0.22 if part == "everywhere" else 0.0)
        plot = estimated(plot, "x", aside, part=f"{part}_", width=1.0, **look)
    for scope, axes in by_panel(plot, figure, shown).items():
        zero_line(axes, vertical=True)
        axes.set_title(events_label(rows[rows["scope"] == scope], scope, fill(shown[scope], TITLE)))
        axes.tick_params(axis="y", labelsize=6)
    figure.supxlabel(f"closure (gained / missing margin), {interval_label(rows)}", fontsize=7.5)
    entries: list[Line2D] = [handle(meaning, WORDS[part]) for part, meaning in LOOKS.items()]
    figure.legend(handles=entries, loc="outside upper right", ncols=3)
    return finished(figure, rows.drop(columns="line"))
