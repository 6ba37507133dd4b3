"""Does taking tuned MLPs away undo what putting them in does, block by block? Effect of exchanging the MLP of one block
alone (horizontal axis) on the mean KL(block || final) over the final fifth, less the host as it is: tuned MLP in the
base, and base MLP in the tuned checkpoint. If what the MLP does were the same in either host, the two curves would be
mirror images. Solid lines read blocks as they are, dashed ones through the maps that were trained for the unpatched
host. n is the number of prompts; both hosts read what the tuned checkpoint wrote; bands are the widest intervals over
prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile), of each block by itself.
"""

import pandas as pd
import seaborn.objects as so
from matplotlib.lines import Line2D

from crosspatch.experiments.grafts.panels import EFFECT, HOSTS, window_rows
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.plots import by_panel, curves, house_plot
from crosspatch.figures.rows import events_label
from crosspatch.figures.style import COLOURS, INK, Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import Labels
from crosspatch.records.histories import LENSES

NAME = "graft_blocks"
LINES = dict(zip(LENSES, ("-", "--"), strict=True))
BLOCK = r"^block (\d+),"


@styled()
def draw_graft_blocks(grafts: pd.DataFrame, swaps: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the effect of each block alone in both hosts under both lenses, one panel per family.

    `grafts` and `swaps` are the estimates of the controls of these names, `labels` maps each pair to its label.
    """
    tables = dict(zip(HOSTS, (grafts, swaps), strict=True))
    rows = pd.concat([_of_host(table, labels).assign(host=host) for host, table in tables.items()], ignore_index=True)
    shown = {scope: label for scope, label in labels.items() if scope in set(rows["scope"])}
    figure = new_figure(1.0 + 1.7 * panel_rows(len(shown)), width=panel_width(len(shown)))
    for scope, axes in by_panel(_plot(rows), figure, shown).items():
        zero_line(axes, vertical=False)
        axes.set_title(events_label(rows[rows["scope"] == scope], scope, shown[scope]))
    figure.supxlabel("block whose MLP is exchanged", fontsize=7.5)
    figure.supylabel(f"change of the distance (nats), {interval_label(rows)}", fontsize=7.5)
    figure.legend(handles=_handles(), loc="outside upper right", ncols=2)
    return finished(figure, rows)


def _of_host(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    blocks = sorted({int(block) for block in table["arm"].str.extract(BLOCK)[0].dropna()})
    rows = window_rows(table, labels, [f"block {block}" for block in blocks], NAME, EFFECT)
    rows = rows[rows["scope"].isin(list(labels))].reset_index(drop=True)
    return rows.assign(block=rows["arm"].str.removeprefix("block ").astype(int))


def _plot(rows: pd.DataFrame) -> so.Plot:
    colours = so.Nominal({host: COLOURS[meaning] for host, (_, meaning) in HOSTS.items()}, order=list(HOSTS))
    lines = so.Nominal(LINES, order=list(LINES))
    rows = rows.assign(curve=rows["host"] + rows["lens"])  # bands have no line by which they would be told apart
    plot = house_plot(rows, x="block", color="host", linestyle="lens", group="curve")
    return curves(plot.scale(color=colours, linestyle=lines), "")


def _handles() -> list[Line2D]:
    hosts = [
        Line2D([], [], color=COLOURS[meaning], marker=".", markersize=3, label=title)
        for title, meaning in HOSTS.values()
    ]
    return hosts + [Line2D([], [], color=INK, linestyle=line, label=f"{lens} lens") for lens, line in LINES.items()]
