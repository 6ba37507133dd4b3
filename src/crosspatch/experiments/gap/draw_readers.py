"""Is the gap of the reader or of what is read? Mean KL(block || final) over the final half of the blocks, of each
reader under each continuation: of the base on the raw prompt, and of the tuned checkpoint in its chat template and on
the raw prompt; written by the base (left) or by the tuned checkpoint in its template (right). Parallel lines would
say that what is read adds the same to all readers; if colours crossed, the history would decide. Circles and solid
lines read blocks as they are, diamonds and dashed lines through their trained affine maps; a cross is on what
averages over a block, other than the last, whose map is no better than none. n is the number of prompts. Intervals
are the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile).
"""

import pandas as pd
import seaborn.objects as so
from matplotlib.lines import Line2D

from crosspatch.experiments.gap.comparisons import arm_of, level_of
from crosspatch.experiments.gap.curves import NO_BETTER, useless_blocks
from crosspatch.figures.marks import CROSS, interval_label
from crosspatch.figures.plots import ABOVE, by_panel, house_plot
from crosspatch.figures.rows import events_label, scopes, select_arms
from crosspatch.figures.style import COLOURS, INK, Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import Labels
from crosspatch.records.histories import BASE_RAW, LENSES, TUNED_CHAT, TUNED_LENS, TUNED_RAW, Reading
from crosspatch.records.regions import first_block

NAME = "figure readers"
EFFECT = "gap_final_half"
READERS = {BASE_RAW: ("base, raw", "base"), TUNED_RAW: ("tuned, raw", "matched"), TUNED_CHAT: ("tuned, chat", "tuned")}
"""Words and colour of each reader."""
WROTE = {BASE_RAW: "base wrote", TUNED_CHAT: "tuned wrote"}
LOOKS = dict(zip(LENSES, (("-", "o"), ("--", "D")), strict=True))
"""Line and marker of each lens."""
APART = dict(zip(READERS, (-0.08, 0.0, 0.08), strict=True))


@styled()
def draw_readers(gap: pd.DataFrame, lenses: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the final half's distance to the final prediction by who wrote and who reads, one panel per family.

    `gap` are the estimates of the control of that name.
    """
    rows = reader_rows(gap, labels)
    shown = {scope: label for scope, label in scopes(rows, labels).items() if scope in set(rows["scope"])}
    figure = new_figure(1.0 + 1.8 * panel_rows(len(shown)), width=panel_width(len(shown)))
    for scope, axes in by_panel(_plot(rows), figure, shown).items():
        axes.set_xlim(-0.4, len(WROTE) - 0.6)
        axes.set_xticks(range(len(WROTE)), list(WROTE.values()))
        own = rows[rows["scope"] == scope]
        axes.set_title(events_label(own, scope, shown[scope]))
        if reads_useless(lenses, scope):
            crossed = own[own["lens"] == TUNED_LENS]
            axes.plot(crossed["x"], crossed["value"], gid="no better than raw", **CROSS)
    figure.axes[0].set_ylim(bottom=0)
    figure.supylabel(f"distance to the final prediction (nats), {interval_label(rows)}", fontsize=7.5)
    figure.legend(handles=_handles(), loc="outside upper right", ncols=5)
    return finished(figure, rows)


def reads_useless(lenses: pd.DataFrame, pair: str) -> bool:
    """Return whether a map of the final half of either checkpoint, the last one aside, is no better than none."""
    useless = useless_blocks(lenses, pair)
    if not useless:
        return False
    depth = int(lenses.loc[lenses["pairs"].map(lambda pairs: pair in set(pairs)), "block"].max()) + 1
    return any(first_block("final_half", depth) <= block < depth - 1 for block in useless)


def reader_rows(gap: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the estimates of each reader under each history and lens, with `reader`, `teacher`, `lens` and `x`."""
    named = {
        arm_of(level_of(Reading(reader, teacher)), lens): (reader, teacher, lens)
        for reader in READERS
        for teacher in WROTE
        for lens in LENSES
    }
    rows = select_arms(gap, NAME, labels, effect=EFFECT, arm=list(named))
    about = pd.DataFrame([named[arm] for arm in rows["arm"]], columns=["reader", "teacher", "lens"])
    places = {teacher: place for place, teacher in enumerate(WROTE)}
    return rows.join(about).assign(x=about["teacher"].map(places) + about["reader"].map(APART))


def _plot(rows: pd.DataFrame) -> so.Plot:
    colours = so.Nominal({reader: COLOURS[meaning] for reader, (_, meaning) in READERS.items()}, order=list(READERS))
    lines, markers = (so.Nominal({lens: look[part] for lens, look in LOOKS.items()}, order=LENSES) for part in (0, 1))
    plot = house_plot(rows, x="x", y="value", color="reader", linestyle="lens", marker="lens")
    plot = plot.scale(color=colours, linestyle=lines, marker=markers)
    plot = plot.add(so.Line(), legend=False).add(so.Range(linestyle="-"), ymin="low", ymax="high", legend=False)
    return plot.add(so.Dot(ABOVE, pointsize=3.6, edgewidth=0), legend=False)


def _handles() -> list[Line2D]:
    readers = [
        Line2D([], [], color=COLOURS[meaning], marker="o", markersize=3.6, markeredgewidth=0, label=words)
        for words, meaning in READERS.values()
    ]
    lenses = [
        Line2D(
            [], [], color=INK, linestyle=line, marker=marker, markersize=3.6, markeredgewidth=0, label=f"{lens} lens"
        )
        for lens, (line, marker) in LOOKS.items()
    ]
    return [*readers, *lenses, NO_BETTER]
