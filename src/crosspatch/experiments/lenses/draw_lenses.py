"""How near is the prediction of a block to its checkpoint's last one, and how much nearer does an affine map bring it?
Mean KL(final, lens) by block, in nats: final norm and unembedding applied to the state as it is (raw lens, dashed),
or after a map that was trained for that block ({{ study.lenses.steps }} steps of {{ study.lenses.tokens }} tokens, one
recipe for all checkpoints; solid). Base checkpoints read held-out texts as they are, tuned ones as a user's turn in
their chat template; continuations are each checkpoint's own, of the study's prompts. Maps were trained on texts, so
what they do on continuations is transfer. A cross marks a map that is no better than the raw lens on held-out text
(the last block has nothing to gain): nothing should be read from a tuned lens there.

Answer: table *lenses*; how far lenses of other seeds are apart, table *lens seeds*.
"""

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import CROSS
from crosspatch.figures.plots import house_plot
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, styled

NAME = "figure lenses"
REMEDY = "gather the lenses again (snakemake --forcerun collect_lenses)"
COLUMNS = ["checkpoint", "family", "side", "text", "block", "lens", "kl_from_final", "beats_raw"]
PANELS = {
    ("base", "held_out"): "Base, held-out text",
    ("base", "continuations"): "Base, continuations",
    ("tuned", "held_out"): "Tuned, held-out text",
    ("tuned", "continuations"): "Tuned, continuations",
}
LINES = {"raw": "--", "tuned": "-"}


@styled()
def draw_lenses(lenses: pd.DataFrame) -> Drawing:
    """Draw KL(final, lens) over the blocks of every checkpoint, families below each other."""
    need_columns(lenses, COLUMNS, NAME, REMEDY)
    families = list(dict.fromkeys(lenses["family"]))
    figure = new_figure(0.9 + 1.15 * len(families))
    lines = figure.subplots(len(families), len(PANELS), sharex="row", sharey="row", squeeze=False)
    for family, panels in zip(families, lines, strict=True):
        own = lenses[lenses["family"] == family]
        shown = [own[(own["side"] == side) & (own["text"] == text)] for side, text in PANELS]
        for axes, rows in zip(panels, shown, strict=True):
            _draw_panel(axes, rows)
        first = next(axes for axes, rows in zip(panels, shown, strict=True) if len(rows))
        first.annotate(family, (0.97, 0.95), xycoords="axes fraction", ha="right", va="top", gid=f"family {family}")
        largest = own["kl_from_final"].max() or 1.0
        first.set_ylim(-0.05 * largest, 1.1 * largest)  # all panels of the line share it
        for axes in panels:
            axes.tick_params(labelleft=axes is first)
    for axes, title in zip(lines[0], PANELS.values(), strict=True):
        axes.set_title(title)
    figure.supxlabel("block after which the state is read", fontsize=7.5)
    figure.supylabel("KL(final, lens) (nats)", fontsize=7.5)
    figure.legend(handles=_handles(), loc="outside upper right", ncols=3)
    return finished(figure, lenses[COLUMNS])


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    if rows.empty:
        axes.set_axis_off()
        return
    colour = COLOURS[rows["side"].iloc[0]]
    plot = house_plot(rows, x="block", y="kl_from_final", linestyle="lens", group="lens")
    plot = plot.add(so.Line(color=colour, linewidth=1.1), legend=False)
    plot.scale(linestyle=so.Nominal(LINES, order=list(LINES))).on(axes).plot()
    useless = rows[(rows["lens"] == "tuned") & ~rows["beats_raw"]]
    axes.plot(useless["block"], useless["kl_from_final"], gid="no better than raw", **CROSS)
    axes.locator_params(axis="x", integer=True, nbins=5)
    axes.locator_params(axis="y", nbins=4)


def _handles() -> list[Line2D]:
    handles = [
        Line2D([], [], color=MUTED, linestyle=line, linewidth=1.1, label=f"{lens} lens") for lens, line in LINES.items()
    ]
    return [*handles, Line2D([], [], **CROSS, label="no better than raw")]
