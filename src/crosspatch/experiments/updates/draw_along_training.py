"""When does the interaction come? One training, measured against its base at checkpoints on the way. A: portable,
matched and interaction effect. B: the interaction as a share of the native shift, which also grows with the size of
the update. C: the share of prompts with a first divergence. D: the mean mark of the exam, in raw mode over
categories. E: how far the weights moved, relative to the base (Frobenius norm; filled: blocks below the boundary and
embedding; hollow: the others). Grey is a training without instructions, where the study has one: what it shows too is
not due to instructions. Rates are those of the whole training, so early checkpoints have not cooled down. Every
checkpoint has its own events, those at which it parts from the base. Common readout of the checkpoint, float32;
intervals are the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile).

Answer: table *updates*; row *update size* of the table of verdicts.
"""

from collections.abc import Sequence

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.experiments.updates.quantities import LATE, UPSTREAM
from crosspatch.figures.columns import need_columns
from crosspatch.figures.marks import axis_label, handle, interval_label, letter, zero_line
from crosspatch.figures.plots import estimated, house_plot, set_apart
from crosspatch.figures.style import COLOURS, MARKERS, MUTED, Drawing, finished, new_figure, styled

NAME = "figure along_training"
REMEDY = "relate the updates again (snakemake --forcerun relate_updates)"
COLUMNS = ["pair", "run", "step", "is_null", "quantity", "value", "low", "high", "level"]
EFFECTS = ("portable", "matched", "interaction")
PANELS = {
    "A": (EFFECTS, "Effects"),
    "B": (("interaction_share",), "Interaction / native shift"),
    "C": (("event_share",), "Prompts with an event"),
    "D": (("exam",), "Exam"),
    "E": ((UPSTREAM, LATE), "Relative change of weights"),
}
ROUND_STEPS = [digit * 10**power for power in range(7) for digit in (1, 2, 5)]
WITHOUT = {"color": MUTED, "marker": "D"}


@styled()
def draw_along_training(runs: pd.DataFrame) -> Drawing:
    """Draw effects, events, exam and weight change of the steps of each run; `runs` are the study's `updates`."""
    need_columns(runs, COLUMNS, NAME, REMEDY)
    shown = [quantity for quantities, _ in PANELS.values() for quantity in quantities]
    rows = runs[runs["run"].notna() & runs["quantity"].isin(shown)]
    need_columns(rows, COLUMNS, NAME, "name pairs whose tuned checkpoints are steps of one training")
    figure = new_figure(4.2)
    places = figure.subplot_mosaic([["A", "A", "B"], ["C", "D", "E"]])
    for name, (quantities, title) in PANELS.items():
        _draw(places[name], rows, quantities)
        letter(places[name], name, title)
    for name in "CD":
        places[name].set_ylim(-0.05, 1.05)
        places[name].set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    for name in "CDE":
        places[name].set_xlabel("optimiser steps")
    places["A"].set_ylabel(axis_label("effect", rows))
    places["B"].set_ylabel(f"ratio, {interval_label(rows)}")
    figure.legend(handles=_handles(rows), loc="outside upper right", ncols=5)
    return finished(figure, rows)


def _draw(axes: Axes, rows: pd.DataFrame, quantities: Sequence[str]) -> None:
    for quantity in quantities:
        own = rows[rows["quantity"] == quantity].dropna(subset=["value"])
        for run, part in own.groupby("run", sort=False):
            is_null = bool(part["is_null"].any())
            if not (is_null and quantity in EFFECTS[:2]):  # of a null the interaction is enough
                _line(part, f"{quantity} {run}", **_look(quantity, is_null)).on(axes).plot()
    axes.set_xscale("log")
    zero_line(axes, vertical=False)
    ticks = [step for step in ROUND_STEPS if rows["step"].min() <= step <= rows["step"].max()]
    axes.set_xticks(ticks, [str(step) for step in ticks])
    axes.minorticks_off()


def _look(quantity: str, is_null: bool) -> dict[str, str | float]:
    meaning = quantity if quantity in EFFECTS else "interaction" if quantity == "interaction_share" else "tuned"
    look: dict[str, str | float] = WITHOUT if is_null else {"color": COLOURS[meaning], "marker": MARKERS[meaning]}
    if quantity != LATE:
        return look
    return {"marker": look["marker"], "color": "white", "edgecolor": look["color"], "edgewidth": 0.9}


def _line(rows: pd.DataFrame, part: str, **look: str | float) -> so.Plot:
    known = set_apart(rows.sort_values("step"), **{part: rows["value"].notna()})
    plot = house_plot(known, x="step")
    colour = str(look.get("edgecolor", look["color"]))
    plot = plot.add(so.Line(linewidth=0.8, color=colour), y=f"{part}_value", legend=False)
    return estimated(plot, "y", part=f"{part}_", size=3.6, **look)


def _handles(rows: pd.DataFrame) -> list[Line2D]:
    handles = [handle(effect, effect) for effect in EFFECTS]
    handles.append(handle("tuned", "other quantities"))
    if rows["is_null"].any():
        handles.append(
            Line2D([], [], color=MUTED, marker="D", markeredgewidth=0, linewidth=0.8, label="without instructions")
        )
    return handles
