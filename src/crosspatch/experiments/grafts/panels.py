"""Effects by window as lines of points: both hosts one above the other, both lenses side by side."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from crosspatch.experiments.grafts.names import HISTORY_OF_CONTROLS, arm_of
from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.rows import select_arms
from crosspatch.figures.style import Drawing, finished, new_figure
from crosspatch.figures.words import Labels
from crosspatch.records.histories import LENSES

HOSTS: Final = {"grafts": ("Graft: tuned MLPs in base", "tuned"), "swaps": ("Swap: base MLPs in tuned", "base")}
"""By control, the title of a host's panels and the colour of what is put into it."""
EFFECT: Final = "gap_final_fifth"
TICKS: Final = 4
Tables = Mapping[str, pd.DataFrame]


def draw_windows_of_hosts(tables: Tables, labels: Labels, windows: Sequence[str], name: str) -> Drawing:
    """Draw EFFECT of some windows or controls under what the tuned checkpoint wrote, as far as the tables have them."""
    rows = pd.concat([window_rows(tables[host], labels, windows, name, EFFECT).assign(host=host) for host in HOSTS])
    shown = [window for window in windows if window in set(rows["arm"])]
    figure = new_figure(1.6 + 2 * 0.3 * len(shown))
    grid = figure.subplots(2, 2, sharey=True, sharex=True)
    for line, (host, (title, meaning)) in zip(grid, HOSTS.items(), strict=True):
        for axes, lens in zip(line, LENSES, strict=True):
            zero_line(axes, vertical=True)
            own = rows[(rows["host"] == host) & (rows["lens"] == lens)]
            draw_arms(axes, own.reset_index(drop=True), {window: window for window in shown}, meaning)
            axes.set_title(f"{title}, {lens} lens")
            axes.locator_params(axis="x", nbins=TICKS)
    for line in grid:
        line[1].tick_params(labelleft=False)
    figure.supxlabel(f"distance to the end, less the host's own (nats), {interval_label(rows)}", fontsize=7.5)
    return finished(figure, rows)


def window_rows(table: pd.DataFrame, labels: Labels, windows: Sequence[str], name: str, effect: str) -> pd.DataFrame:
    """Return the estimates of windows under both lenses, with `lens`, and the window in the place of the arm."""
    arms = {arm_of(window, HISTORY_OF_CONTROLS, lens): (window, lens) for window in windows for lens in LENSES}
    rows = select_arms(table, f"figure {name}", labels, effect=effect, arm=list(arms))
    about = pd.DataFrame([arms[arm] for arm in rows["arm"]], columns=["arm", "lens"])
    return rows.assign(arm=about["arm"], lens=about["lens"])
