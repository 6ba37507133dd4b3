"""Where in the stack does a window of MLPs move blocks, and does the answer hang on where one looks? Mean KL(block ||
final) over four regions (columns: the blocks of the window itself, the final fifth, the final half, the whole stack)
with the other checkpoint's MLPs in each window (rows), less the host as it is; both read what the tuned checkpoint
wrote. Published tables show the final fifth, of which the late window is the only one that overlaps it whole. Numbers
are means over families in nats, bold where the interval (the widest over prompts, templates and token pairs,
{{ study.statistics.draws }} draws, percentile) leaves zero out; red is farther from the end, blue nearer.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crosspatch.experiments.grafts.names import LATE_PARTS, REGIONS
from crosspatch.experiments.grafts.panels import HOSTS, window_rows
from crosspatch.figures.rows import headline_scope
from crosspatch.figures.style import INK, Drawing, finished, new_figure, number, styled
from crosspatch.figures.words import Labels
from crosspatch.records.grafts import EARLY, LATE, MIDDLE
from crosspatch.records.histories import LENSES

NAME = "graft_regions"
WINDOWS = (EARLY, MIDDLE, LATE, *LATE_PARTS)
PALE = 0.75
"""Share of the colours' range that is used, so that ink stands out on all of them."""


@styled()
def draw_graft_regions(grafts: pd.DataFrame, swaps: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the effect of every window on every region as a matrix, one for each host and lens.

    `grafts` and `swaps` are the estimates of the controls of these names, `labels` maps each pair to its label.
    """
    tables = dict(zip(HOSTS, (grafts, swaps), strict=True))
    rows = pd.concat([_of_host(table, labels).assign(host=host) for host, table in tables.items()], ignore_index=True)
    rows = rows[rows["scope"] == headline_scope(rows, f"figure {NAME}")]
    figure = new_figure(1.4 + 2 * 0.24 * len(WINDOWS))
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    most = rows["value"].abs().max()
    for line, (host, (title, _)) in zip(grid, HOSTS.items(), strict=True):
        for axes, lens in zip(line, LENSES, strict=True):
            _draw_matrix(axes, rows[(rows["host"] == host) & (rows["lens"] == lens)], most)
            axes.set_title(f"{title}, {lens} lens, nats")
    return finished(figure, rows)


def _of_host(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    parts = [window_rows(table, labels, WINDOWS, NAME, f"gap_{region}").assign(region=region) for region in REGIONS]
    return pd.concat(parts, ignore_index=True)


def _draw_matrix(axes: Axes, rows: pd.DataFrame, most: float) -> None:
    places = rows.assign(x=rows["region"].map(REGIONS.index), y=rows["arm"].map(WINDOWS.index))
    matrix = np.full((len(WINDOWS), len(REGIONS)), np.nan)
    matrix[places["y"], places["x"]] = places["value"]
    limit = most / PALE if most > 0 else 1.0
    axes.imshow(matrix, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
    for cell in places.itertuples():
        weight = "bold" if cell.low > 0 or cell.high < 0 else "normal"
        shown = number(cell.value, 3)
        axes.text(cell.x, cell.y, shown, ha="center", va="center", fontsize=6.5, color=INK, fontweight=weight)
    axes.set_xticks(range(len(REGIONS)), [region.replace("_", "\n") for region in REGIONS])
    axes.set_yticks(range(len(WINDOWS)), WINDOWS)
    axes.tick_params(length=0)
