"""How the checkpoints of this study learned: running mean of the training loss (faint) and held-out loss, in nats per
token (preference tuning: per pair), one line for each stage of training: on web documents in pretraining, on responses
in tuning. One run per checkpoint; the recipe is in config.yaml and was fixed before any interaction was looked at.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.plots import house_plot
from crosspatch.figures.style import (
    COLOURS,
    INK,
    Drawing,
    finished,
    new_figure,
    panel_columns,
    panel_width,
    styled,
)
from crosspatch.figures.words import Labels

NAME = "figure losses"
COLUMNS = ["pair", "stage", "checkpoint", "step", "quantity", "loss"]
REMEDY = "train the checkpoints of this study again (snakemake --forcerun collect_losses)"
STAGES = {
    "pretraining": "base",
    "continued pretraining": "neutral",
    "adapter pretraining": "neutral",
    "instruction tuning": "tuned",
    "adapter tuning": "tuned",
    "preference tuning": "tuned",
    "rejection sampling": "tuned",
}
PER_PAIR = "preference tuning"
TRAINING: Mapping[str, Any] = {"linewidth": 1.0, "alpha": 0.4}
HELD_OUT: Mapping[str, Any] = {"marker": "o", "pointsize": 2.2}
WINDOWS = 40  # the running mean of the training loss spans this fraction of a curve


@styled()
def draw_losses(losses: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw training loss, as a faint running mean, and held-out loss of each checkpoint, one column per family where
    all have the same stages.

    `losses` has the curves of every trained checkpoint, with its pair and its stage, one of STAGES; `labels` maps each
    pair to its label in drawing order.
    """
    need_columns(losses, COLUMNS, NAME, REMEDY)
    _check_stages(losses, labels)
    rows = _drawn(losses, labels)
    lines = list(_lines_of_panels(rows, [label for pair, label in labels.items() if pair in set(losses["pair"])]))
    columns = max(len(families) for _, families, _ in lines)
    figure = new_figure(0.6 + 1.2 * len(lines), width=panel_width(columns))
    for panels, (stage, families, is_titled) in zip(
        figure.subplots(len(lines), columns, squeeze=False), lines, strict=True
    ):
        for place, axes in enumerate(panels):
            family = families[place] if place < len(families) else None
            _draw_panel(axes, rows[rows["stage"] == stage], family)
            axes.tick_params(labelleft=place == 0)
            if is_titled and family is not None:
                axes.set_title(family)
    unit = "nats per token, or per pair" if PER_PAIR in set(rows["stage"]) else "nats per token"
    _finish(figure, unit)
    return finished(figure, rows)


def _lines_of_panels(rows: pd.DataFrame, families: list[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Yield each line of panels from the top: a stage, the families in it, and whether these are named above it.

    Successive stages of the same families stand below each other; other families begin lines of their own.
    """
    had = rows.groupby("stage")["family"].unique().map(set)
    owners = {stage: tuple(family for family in families if family in had[stage]) for stage in STAGES if stage in had}
    for own, stages in groupby(owners, key=owners.__getitem__):
        together = list(stages)
        columns = panel_columns(len(own))
        for start in range(0, len(own), columns):
            yield from ((stage, list(own[start : start + columns]), stage == together[0]) for stage in together)


def _check_stages(losses: pd.DataFrame, labels: Labels) -> None:
    nameless = sorted(set(losses["pair"]) - set(labels))
    if nameless:
        raise TableError(f"{NAME}: no label for the pairs {nameless}; add one under pairs/PAIR/label in config.yaml")
    strange = sorted(set(losses["stage"]) - set(STAGES))
    if strange:
        raise TableError(f"{NAME}: unknown stages {strange}; call them one of {list(STAGES)}")


def _drawn(losses: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = losses[COLUMNS].sort_values(["checkpoint", "quantity", "step"], ignore_index=True)
    rows = rows[["checkpoint", "step", "quantity", "loss"]].assign(family=rows["pair"].map(labels), stage=rows["stage"])
    rows["running_mean_over"] = 1
    for _, curve in rows[rows["quantity"] == "training"].groupby("checkpoint"):
        span = max(1, len(curve) // WINDOWS)
        rows.loc[curve.index, "running_mean_over"] = span
        rows.loc[curve.index, "loss"] = curve["loss"].rolling(span, center=True, min_periods=1).mean()
    return rows


def _draw_panel(axes: Axes, rows: pd.DataFrame, family: str | None) -> None:
    own = rows[rows["family"] == family]
    if own.empty:
        axes.set_axis_off()
        return
    plot = house_plot(own.assign(**_by_quantity(own)), x="step", color="stage", group="checkpoint")
    plot = plot.add(so.Line(**TRAINING), y="training", legend=False).add(
        so.Line(**HELD_OUT), y="held_out", legend=False
    )
    plot.scale(color={stage: COLOURS[meaning] for stage, meaning in STAGES.items()}).on(axes).plot()
    room = 0.05 * (rows["loss"].max() - rows["loss"].min() or 1.0)
    axes.set_ylim(rows["loss"].min() - room, rows["loss"].max() + room)
    axes.locator_params(nbins=4)
    axes.annotate(rows["stage"].iloc[0], (0.97, 0.95), xycoords="axes fraction", ha="right", va="top", gid="stage")
    axes.set_xlim(0, max(rows["step"].max(), 1) * 1.04)


def _by_quantity(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {quantity: rows["loss"].where(rows["quantity"] == quantity) for quantity in ("training", "held_out")}


def _finish(figure: Figure, unit: str) -> None:
    figure.supxlabel("optimiser steps", fontsize=7.5)
    figure.supylabel(f"loss ({unit})", fontsize=7.5)
    training = Line2D([], [], color=INK, label="training, running mean", **TRAINING)
    held_out = Line2D([], [], color=INK, marker="o", markersize=2.2, label="held out")
    figure.legend(handles=[training, held_out], loc="outside upper right", ncols=2)
