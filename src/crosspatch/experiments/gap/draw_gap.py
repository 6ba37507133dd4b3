"""Through how much of the stack is the tuned checkpoint farther from its own final prediction than the base, when
both read the same? KL(block || final) of the tuned checkpoint in its chat template less that of the base on the raw
prompt, at every block, a mean over the steps of a continuation, then over prompts (n is their number). Both read the
continuation that the tuned checkpoint wrote (the claim), or that the base wrote. Solid lines read blocks before the
last as they are (final norm and unembedding), dashed ones through the affine map that was trained for each block;
where the two disagree, the lens decides, not the checkpoint. The last block of the raw lens is 0 by definition. The
mean over families is at tenths of the depth, each family at its nearest block. Bands are the widest over prompts,
templates and token pairs ({{ study.statistics.draws }} draws, percentile) and are of each block by itself.

Answer: rows *gap* of the table of verdicts.
"""

import pandas as pd
import seaborn.objects as so
from matplotlib.lines import Line2D

from crosspatch.errors import TableError
from crosspatch.experiments.gap.comparisons import arm_of
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.plots import by_panel, curves, house_plot
from crosspatch.figures.rows import REMEDY, events_label, scopes, select_arms
from crosspatch.figures.style import COLOURS, INK, Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import BALANCED, Labels
from crosspatch.records.histories import LENSES

NAME = "figure gap"
HISTORIES = {"tuned history": "tuned", "base history": "base"}
"""Comparisons that are drawn, and the meaning of their colours."""
LINES = dict(zip(LENSES, ("-", "--"), strict=True))
PLACE = r"^(?P<history>.+), (?P<lens>\w+) lens, (?P<where>block|depth) (?P<place>[\d.]+)$"


@styled()
def draw_gap(gap: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the gap over the relative depth of the block, one panel per family.

    `gap` are the estimates of the control of that name. A family has a point for each block; the mean over families one
    for each tenth of the depth.
    """
    rows = curve_rows(gap, labels)
    shown = {scope: label for scope, label in scopes(rows, labels).items() if scope in set(rows["scope"])}
    figure = new_figure(1.0 + 1.7 * panel_rows(len(shown)), width=panel_width(len(shown)))
    for scope, axes in by_panel(_plot(rows), figure, shown).items():
        zero_line(axes, vertical=False)
        axes.set_xlim(0, 1)
        axes.set_title(events_label(rows[rows["scope"] == scope], scope, shown[scope]))
    figure.supxlabel("relative depth of the block (0: first, 1: last)", fontsize=7.5)
    figure.supylabel(f"gap, tuned less base (nats), {interval_label(rows)}", fontsize=7.5)
    figure.legend(handles=_handles(), loc="outside upper right", ncols=2)
    return finished(figure, rows)


def curve_rows(gap: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the estimates of the curves with `history`, `lens` and `relative_depth`: of a family at its own blocks, of
    the mean at tenths of the depth. Raises TableError if there are none.
    """
    arms = [arm_of(history, lens, place=place) for history in HISTORIES for lens in LENSES for place in _places(gap)]
    rows = select_arms(gap, NAME, labels, effect="gap", arm=arms)
    rows = rows.join(rows["arm"].str.extract(PLACE)).astype({"place": float})
    own = rows["where"] == rows["scope"].map(lambda scope: "depth" if scope == BALANCED else "block")
    if not own.any():
        raise TableError(f"{NAME}: no gap of any block; {REMEDY}")
    rows = rows[own].reset_index(drop=True)
    last = rows.groupby("scope")["place"].transform("max")
    return rows.assign(relative_depth=rows["place"] / last)


def _places(gap: pd.DataFrame) -> list[str]:
    found = gap["arm"].str.extract(PLACE)[["where", "place"]].dropna().drop_duplicates()
    return [f"{row.where} {row.place}" for row in found.itertuples(index=False)]


def _plot(rows: pd.DataFrame) -> so.Plot:
    colours = so.Nominal({history: COLOURS[meaning] for history, meaning in HISTORIES.items()}, order=list(HISTORIES))
    lines = so.Nominal(LINES, order=list(LINES))
    rows = rows.assign(curve=rows["history"] + rows["lens"])  # bands have no line by which they would be told apart
    plot = house_plot(rows, x="relative_depth", color="history", linestyle="lens", group="curve")
    return curves(plot.scale(color=colours, linestyle=lines), "")


def _handles() -> list[Line2D]:
    words = {"tuned history": "the tuned one wrote", "base history": "the base wrote"}
    wrote = [
        Line2D([], [], color=COLOURS[HISTORIES[history]], marker=".", markersize=3, label=label)
        for history, label in words.items()
    ]
    return wrote + [Line2D([], [], color=INK, linestyle=line, label=f"{lens} lens") for lens, line in LINES.items()]
