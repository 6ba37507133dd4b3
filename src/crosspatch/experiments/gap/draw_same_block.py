"""Where in the stack do the two checkpoints come to say different things of the same continuation? Jensen-Shannon
divergence of the predictions after blocks of the same number, the tuned checkpoint in its chat template and the base
on the raw prompt, over the tokens that both can choose; a mean over the steps of a continuation, then over prompts (n
is their number); log 2 = .69 would be predictions with nothing in common. Solid lines read blocks as they are, dashed
ones each through its own trained map; crosses are on blocks at which the map of either checkpoint is no better than
none. At the last block it is how far the final predictions are apart, under no lens. Dotted: the largest of pairs
that were not tuned on instructions, interval and both histories included, under the raw lens (two that were trained
from different seeds are far apart from the first block on). The mean over families is at tenths of the depth. Bands
are the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile).
"""

import pandas as pd

from crosspatch.experiments.gap.comparisons import CURVED, JS, couple_of
from crosspatch.experiments.gap.curves import curve_rows, draw_curves, draw_floor, floor_of, handles
from crosspatch.figures.marks import interval_label
from crosspatch.figures.rows import scopes
from crosspatch.figures.style import Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import Labels
from crosspatch.records.histories import BASE_RAW, TUNED_CHAT

NAME = "figure same_block"
COUPLES = {couple_of(*CURVED, TUNED_CHAT): "tuned", couple_of(*CURVED, BASE_RAW): "base"}
"""Comparisons that are drawn, and the meaning of their colours."""
WORDS = dict(zip(COUPLES, ("the tuned one wrote", "the base wrote"), strict=True))


@styled()
def draw_same_block(
    same_block: pd.DataFrame, lenses: pd.DataFrame, labels: Labels, gap_floor: pd.DataFrame | None = None
) -> Drawing:
    """Draw JS of the two checkpoints over the relative depth of the block, one panel per family.

    `same_block` are the estimates of the control of that name, `gap_floor` those of null pairs.
    """
    rows = curve_rows(same_block, NAME, labels, effect=JS, compared=list(COUPLES))
    shown = {scope: label for scope, label in scopes(rows, labels).items() if scope in set(rows["scope"])}
    figure = new_figure(1.0 + 1.7 * panel_rows(len(shown)), width=panel_width(len(shown)))
    panels = draw_curves(rows, lenses, figure, shown, COUPLES)
    entries = handles(COUPLES, WORDS)
    if gap_floor is not None:
        entries.append(draw_floor(panels, floor_of(gap_floor, JS, list(COUPLES)), ["high"]))
    figure.axes[0].set_ylim(bottom=0)
    figure.supylabel(f"JS of tuned and base (nats), {interval_label(rows)}", fontsize=7.5)
    figure.legend(handles=entries, loc="outside upper right", ncols=3)
    return finished(figure, rows)
