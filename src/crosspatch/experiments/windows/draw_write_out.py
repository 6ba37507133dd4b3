"""How much do MLPs write towards the tuned token, and do late ones write more where the rest of the checkpoint is
tuned? At each block the write of the MLP at the event's last position is judged by what it adds to the logit of the
tuned token less that of the base token, under the final norm and unembedding of the host in float32; numbers are
means over the blocks of a window. Left: either checkpoint's own MLPs. Right: what tuned MLPs of the late window write
more than base ones in a host that is base elsewhere, in one that is tuned elsewhere (late attention and norms
included), and the latter less the former, the interaction; it is shown for the last blocks alone too, and under the
common tuned readout, which does not change with the host and decides the verdict. Did MLPs write the same into any
state, it would be zero; the claim predicts that it is positive. What an MLP adds is not its module's output in
families that normalise it first (OLMo 2, Gemma 3); hollow diamonds take that output for the write, as published.
Published values (table D.1: support -.085, .136 and .986, gain .004, interaction .360) are of chat-formatted prompts,
which differ between base and tuned; the published number for raw, shared prompts, as here, is an interaction of .062.
Intervals are the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile).

Answer: row *write out* of the table of verdicts.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import axis_label, zero_line
from crosspatch.figures.rows import headline_scope, select_arms
from crosspatch.figures.style import COLOURS, INK, MARKERS, MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure write_out"
MODULE_OUTPUT = ", module output"
LATE = "late"
GAINS = {"base_host_gain": "gain in base host", "tuned_host_gain": "gain in tuned host", "interaction": "interaction"}
MEANING = "interaction"
HOLLOW = {"marker": "D", "markersize": 3.6, "markerfacecolor": "none", "markeredgecolor": INK, "markeredgewidth": 0.8}


@styled()
def draw_write_out(write_out: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the write-in of both checkpoints' own MLPs by window, and what the exchange of late MLPs gains in either.

    `write_out` is the table of the control write_out, `labels` maps each pair to its label. The readout is each host's
    own, unless the line says otherwise; hollow diamonds take the MLP module's output for what it writes. Of windows
    other than the late one, only the interaction of the exchange is drawn.
    """
    rows = select_arms(write_out, NAME, labels, effect=["write_in", *GAINS], readout=["native", "common_tuned"])
    rows = rows.assign(line=_words(rows))
    own = rows[(rows["effect"] == "write_in") & (rows["readout"] == "native")]
    exchanged = rows[_is_shown(rows)]
    figure = new_figure(1.2 + 0.42 * max(panel["line"].nunique() for panel in (own, exchanged)))
    left, right = figure.subplots(1, 2)
    for axes, panel, title in ((left, own, "Own MLPs"), (right, exchanged, "Tuned less base MLPs")):
        _draw_panel(axes, panel)
        axes.set_title(title)
    figure.legend(handles=_handles(), loc="outside lower center", ncols=3)
    return finished(figure, pd.concat([own, exchanged]))


def _is_shown(rows: pd.DataFrame) -> pd.Series:
    """Return which rows of an exchange are drawn."""
    native, late = rows["readout"] == "native", rows["arm"].str.removesuffix(MODULE_OUTPUT) == LATE
    return ((rows["effect"] == "interaction") & (native | late)) | (rows["effect"].isin(list(GAINS)) & native & late)


def _words(rows: pd.DataFrame) -> pd.Series:
    """Return the words of each row's line, the same for both versions of the write."""
    window = rows["arm"].str.removesuffix(MODULE_OUTPUT)
    gained = window + ", " + rows["effect"].map(GAINS)
    common = gained.where(rows["readout"] == "native", gained + ",\ncommon tuned readout")
    return window.where(rows["effect"] == "write_in", common)


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    zero_line(axes, vertical=True)
    as_published = rows["arm"].str.endswith(MODULE_OUTPUT)
    lines = list(rows["line"].unique())
    real = rows[~as_published]
    draw_arms(axes, real.assign(arm=real["line"]), {line: line for line in lines}, MEANING)
    scope = headline_scope(rows, NAME)
    for row in rows[as_published & (rows["scope"] == scope)].itertuples():
        axes.plot([row.value], [lines.index(row.line) + 0.34], gid=f"module output {row.line}", **HOLLOW)
    axes.set_xlabel(axis_label("write-in", real))


def _handles() -> list[Line2D]:
    none = {"linestyle": "none"}
    family = {"marker": "o", "markersize": 3.2, "markerfacecolor": "none", "markeredgecolor": MUTED}
    mean = {"marker": MARKERS[MEANING], "color": COLOURS[MEANING], "linewidth": 2.4, "markersize": 4.6}
    return [
        Line2D([], [], label="mean over families, what the MLPs add", **mean),
        Line2D([], [], label="family", **none, **family),
        Line2D([], [], label="mean, output of the MLP modules", **none, **HOLLOW),
    ]
