"""Does the interaction end with the first token? Interaction of ln p of the tuned less the base continuation of an
event, summed over the first token and as many more as the horizontal axis says: of whole continuations, of their tails
alone, of tails after the same first token (what the tuned checkpoint wrote, less what the base writes after the tuned
token) and of tails less another prompt's. At 0 tokens it is the headline's interaction, in the checkpoint's dtype. Each
point is over the prompts whose continuations both reach so far, so that curves lose prompts to the right (table
*continuations*); n is their number at 0 tokens. Common tuned readout. Bands are the widest over prompts, templates and
token pairs ({{ study.statistics.draws }} draws, percentile).

Answer: rows *continuations* of the table of verdicts.
"""

import pandas as pd
import seaborn.objects as so
from matplotlib.lines import Line2D

from crosspatch.experiments.continuations.names import LESS_SHUFFLED, SAME_FIRST, TAIL, arm_of, horizons_in
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.plots import by_panel, curves, house_plot
from crosspatch.figures.rows import events_label, scopes, select_arms
from crosspatch.figures.style import COLOURS, Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import Labels

NAME = "figure continuations"
EFFECT = "interaction"
PARTS = {
    None: ("whole", "interaction", "-"),
    TAIL: ("tail", "matched", "--"),
    SAME_FIRST: ("after the same first token", "tuned", "-."),
    LESS_SHUFFLED: ("less another prompt's tail", "base", ":"),
}
"""Words, colour and line of each part of a continuation."""


@styled()
def draw_continuations(continuations: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction over the number of tokens, one panel per family.

    `continuations` are the estimates of the control of that name.
    """
    rows = part_rows(continuations, labels)
    shown = {scope: label for scope, label in scopes(rows, labels).items() if scope in set(rows["scope"])}
    figure = new_figure(1.0 + 1.7 * panel_rows(len(shown)), width=panel_width(len(shown)))
    horizons = sorted(rows["horizon"].unique())
    for scope, axes in by_panel(_plot(rows), figure, shown).items():
        zero_line(axes, vertical=False)
        axes.set_xticks(range(len(horizons)), [str(horizon) for horizon in horizons])
        own = rows[(rows["scope"] == scope) & (rows["horizon"] == horizons[0])]
        axes.set_title(events_label(own, scope, shown[scope]))
    figure.supxlabel("tokens after the first one", fontsize=7.5)
    figure.supylabel(f"interaction (nats), {interval_label(rows)}", fontsize=7.5)
    figure.legend(handles=_handles(), loc="outside upper right", ncols=2)
    return finished(figure, rows)


def part_rows(continuations: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the interaction of every part at every horizon, with `part`, `horizon` and its place on the axis."""
    horizons = horizons_in(continuations["arm"].unique())
    named = {arm_of(horizon, part): (horizon, PARTS[part][0]) for horizon in horizons for part in PARTS}
    rows = select_arms(continuations, NAME, labels, effect=EFFECT, arm=list(named))
    about = pd.DataFrame([named[arm] for arm in rows["arm"]], columns=["horizon", "part"])
    return rows.join(about).assign(place=about["horizon"].map(horizons.index))


def _plot(rows: pd.DataFrame) -> so.Plot:
    words = [one for one, _, _ in PARTS.values()]
    colours = so.Nominal({one: COLOURS[meaning] for one, meaning, _ in PARTS.values()}, order=words)
    lines = so.Nominal({one: line for one, _, line in PARTS.values()}, order=words)
    plot = house_plot(rows, x="place", color="part", linestyle="part")
    return curves(plot.scale(color=colours, linestyle=lines), "")


def _handles() -> list[Line2D]:
    return [
        Line2D([], [], color=COLOURS[meaning], linestyle=line, marker=".", markersize=3, label=words)
        for words, meaning, line in PARTS.values()
    ]
