"""With the other checkpoint's MLPs in a window of its blocks, whose token does a checkpoint pick at the first
divergence? The host keeps its attention, norms and residual stream, and the grafted MLPs read the host's own states
at every position; one full forward pass, the host's own readout. Each window is drawn twice: tuned MLPs in the base
checkpoint (left), base MLPs in the tuned one (right). Hollow points are families, filled ones their unweighted mean;
intervals are the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile).
Early, middle and late windows overlap; in a stack of eight blocks the last three are the late window. The line
without a graft says how often a full forward pass changes the pick by itself. This is descriptive: the claim predicts
no order of windows. Published are the middle and late windows only (table D.1, pooled events: 25.6 % and 18.8 % to
the left, 28.2 % and 21.5 % to the right); the published values by family have an early window too, which transfers
identity more often than the late one in both directions on average (19.9 % and 22.0 % are its means over the four
families), so that the contrast is middle over late, not a trend with depth. Whether early or late MLPs carry more
here is read off the first and third windows.
"""

import pandas as pd

from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import interval_label, zero_line
from crosspatch.figures.rows import arms_in_order, select_arms
from crosspatch.figures.style import Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure windows"
EFFECT = "picks_donor_token"
HOSTS = {"base": ("tuned", "Tuned MLPs in the base checkpoint"), "tuned": ("base", "Base MLPs in the tuned checkpoint")}
"""Side whose token is counted, and title, of the panel of each host."""


@styled()
def draw_windows(windows: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the share of events at which a host picks the donor's token, by window, one panel per host.

    `windows` is the table of the control windows, `labels` maps each pair to its label.
    """
    rows = select_arms(windows, NAME, labels, effect=EFFECT, readout="native", precision="checkpoint")
    windows = list(dict.fromkeys(arm.partition(" host, ")[2] for arm in arms_in_order(rows)))
    figure = new_figure(1.0 + 0.36 * len(windows))
    for axes, (host, (side, title)) in zip(figure.subplots(1, 2, sharey=True), HOSTS.items(), strict=True):
        zero_line(axes, vertical=True)
        own = rows[rows["arm"].str.startswith(f"{host} host, ")]
        own = own.assign(arm=own["arm"].str.removeprefix(f"{host} host, "))
        draw_arms(axes, own, {window: window for window in windows}, side)
        axes.set_title(title)
        axes.set_xlabel(f"{side} token picked (share of events), {interval_label(own)}")
    axes.tick_params(labelleft=False)
    return finished(figure, rows)
