"""Is the interaction there only because events are first divergences? Bars: the interaction at the first divergences,
at random local disagreements along either rollout (both paths: their margins averaged within a prompt), and of the
first divergence's two tokens at a random earlier position, at which base and tuned still agree. If the choice of
events made it, nothing would be left at random disagreements; if the two tokens alone made it, it would be as large
before base and tuned part. On the right, the ratio to the first divergences.

A random disagreement is the first among up to {{ study.controls.selection.candidates }} random prefixes of the first
{{ study.controls.selection.rollout_tokens }} tokens of a rollout, without that of the first divergence, after which
the two checkpoints pick different tokens; these are the tokens that its margin compares. It stands after one token of
the rollout at least, so the first position, where most first divergences are, is never one; the table has the share
at position 3 or later. The first divergences are those among these tokens too (arXiv 2605.07284 cut these rollouts at
64 tokens, and those of its main measurement at 128). As in the paper, a prefix may be a whole rollout with its stop
token. Prompts without an event in an arm are left out of it; the table has their share. Small circles are families;
intervals are the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile), the
same for all arms; n is the number of events, two of a prompt at one position counted once. A number in brackets says
of how many families a mean is, where the others have no such event.

Answer: row *selection* of the table of verdicts.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crosspatch.experiments.selection.table_selection import ARMS
from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import axis_label, zero_line
from crosspatch.figures.rows import headline_scope, select_arms
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels


@styled()
def draw_selection(selection: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction of every arm, families as points, with its ratio to that at the first divergences.

    `selection` are those of the control `selection`, `labels` maps each pair to its label in drawing order.
    """
    rows = select_arms(selection, "figure selection", labels, effect=["interaction", "retention"], arm=list(ARMS))
    interactions = rows[rows["effect"] == "interaction"]
    scope = headline_scope(rows, "figure selection")
    figure = new_figure(0.75 + 0.52 * len(ARMS))
    axes = figure.subplots()
    for row in interactions[interactions["scope"] == scope].itertuples():
        axes.barh(
            list(ARMS).index(row.arm) + 0.1, row.value, height=0.24, color=COLOURS["interaction"], alpha=0.25,
            linewidth=0, gid=f"bar {row.arm}",
        )  # fmt: skip
    draw_arms(axes, interactions, ARMS)
    zero_line(axes, vertical=True)
    axes.set_xlabel(axis_label("interaction", interactions))
    axes.set_title(interactions.loc[interactions["scope"] == scope, "label"].iloc[0])
    _write_ratios(axes, rows[(rows["effect"] == "retention") & (rows["scope"] == scope)])
    return finished(figure, rows)


def _write_ratios(axes: Axes, rows: pd.DataFrame) -> None:
    texts = {-0.62: "of first\ndivergence"} | {
        float(list(ARMS).index(row.arm)): _percent(row.value, row.low, row.high) for row in rows.itertuples()
    }
    for y, text in texts.items():
        axes.annotate(
            text, (1, y), xytext=(4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="left", va="center" if y >= 0 else "bottom", fontsize=6.5, color=MUTED, annotation_clip=False,
            gid=f"ratio {y:g}",
        )  # fmt: skip


def _percent(value: float, low: float, high: float) -> str:
    whole = [f"{100 * number:z.0f}".replace("-", "\N{MINUS SIGN}") for number in (value, low, high)]
    if np.isnan(value):
        return "\N{EN DASH}"
    return f"{whole[0]}%" if np.isnan(low) or low == high else f"{whole[0]}%\n[{whole[1]}, {whole[2]}]"
