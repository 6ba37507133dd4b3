"""Through how much of the stack is the tuned checkpoint farther from its own final prediction than the base, when
both read the same? KL(block || final) of the tuned checkpoint in its chat template less that of the base on the raw
prompt, at every block, a mean over the steps of a continuation, then over prompts (n is their number). Both read the
continuation that the tuned checkpoint wrote (the claim), or that the base wrote. Solid lines read blocks before the
last as they are (final norm and unembedding), dashed ones through the affine map that was trained for each block;
where the two disagree, the lens decides, not the checkpoint. Crosses are on blocks at which the map of either
checkpoint is no better than none. The last block of the raw lens is 0 by definition. Between the grey lines is where
pairs of the study lie that were not tuned on instructions, under the raw lens, intervals and both histories together
(table *gap* has each). The mean over families is at tenths of the depth, each family at its nearest block. Bands are
the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile) and are of each
block by itself.

Answer: rows *gap* of the table of verdicts.
"""

import pandas as pd

from crosspatch.experiments.gap.curves import curve_rows, draw_curves, draw_floor, floor_of, handles
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.rows import scopes
from crosspatch.figures.style import Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import Labels

NAME = "figure gap"
HISTORIES = {"tuned history": "tuned", "base history": "base"}
"""Comparisons that are drawn, and the meaning of their colours."""
WORDS = {"tuned history": "the tuned one wrote", "base history": "the base wrote"}


@styled()
def draw_gap(gap: pd.DataFrame, lenses: pd.DataFrame, labels: Labels, gap_floor: pd.DataFrame | None = None) -> Drawing:
    """Draw the gap over the relative depth of the block, one panel per family.

    `gap` are the estimates of the control of that name, `gap_floor` those of null pairs. A family has a point for each
    block; the mean over families one for each tenth of the depth.
    """
    rows = curve_rows(gap, NAME, labels, effect="gap", compared=list(HISTORIES))
    shown = {scope: label for scope, label in scopes(rows, labels).items() if scope in set(rows["scope"])}
    figure = new_figure(1.0 + 1.7 * panel_rows(len(shown)), width=panel_width(len(shown)))
    panels = draw_curves(rows, lenses, figure, shown, HISTORIES)
    for axes in panels.values():
        zero_line(axes, vertical=False)
    entries = handles(HISTORIES, WORDS)
    if gap_floor is not None:
        entries.append(draw_floor(panels, floor_of(gap_floor, "gap", list(HISTORIES)), ["low", "high"]))
    figure.supylabel(f"gap, tuned less base (nats), {interval_label(rows)}", fontsize=7.5)
    figure.legend(handles=entries, loc="outside upper right", ncols=3)
    return finished(figure, rows)
