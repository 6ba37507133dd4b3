"""The window figure: whose token is picked with the other checkpoint's MLPs in a window of blocks."""

import pandas as pd

from crosspatch.figures.arm_rows import arms_in_order, select_arms
from crosspatch.figures.arms import draw_arms
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.style import Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure windows"
EFFECT = "picks_donor_token"
HOSTS = {"base": ("tuned", "Tuned MLPs in the base checkpoint"), "tuned": ("base", "Base MLPs in the tuned checkpoint")}
"""Side whose token is counted, and title, of the panel of each host."""


@styled()
def draw_windows(estimates: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the share of events at which a host picks the donor's token, by window, one panel per host.

    `estimates` is the table of the control windows, `labels` maps each pair to its label.
    """
    rows = select_arms(estimates, NAME, labels, effect=EFFECT, readout="native", precision="checkpoint")
    windows = list(dict.fromkeys(arm.partition(" host, ")[2] for arm in arms_in_order(rows)))
    figure = new_figure(1.0 + 0.36 * len(windows))
    for axes, (host, (side, title)) in zip(figure.subplots(1, 2, sharey=True), HOSTS.items(), strict=True):
        zero_line(axes, vertical=True)
        own = rows[rows["arm"].str.startswith(f"{host} host, ")]
        draw_arms(axes, own, {f"{host} host, {window}": window for window in windows}, side)
        axes.set_title(title)
        axes.set_xlabel(f"{side} token picked (share of events), {interval_label(own)}")
    return finished(figure, rows)
