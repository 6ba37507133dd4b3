"""Selection baselines: the interaction at other events than first divergences, as a figure and as a table."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crosspatch.figures.arms import REFERENCE, draw_arms, select_arms
from crosspatch.figures.marks import axis_label, zero_line
from crosspatch.figures.rendering import Column, TableSpec, estimate, share
from crosspatch.figures.selection import headline_scope, scopes
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.table_specs import EFFECTS, EVENTS, FAMILY
from crosspatch.figures.tables import wide_by
from crosspatch.figures.words import Labels

ARMS: Mapping[str, str] = MappingProxyType(
    {
        REFERENCE: "first divergence",
        "both paths": "random disagreement,\nboth rollouts",
        "base path": "random disagreement,\nbase rollout",
        "tuned path": "random disagreement,\ntuned rollout",
        "future pair": "same tokens,\nbefore they part",
    }
)
SHARES = ("has_event", "position_at_least_3", "has_content", "read_again")

SPEC = TableSpec(
    label="selection",
    title="Interaction at other events than first divergences",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. Of first divergence: ratio of "
        "the interactions. With an event: share of prompts. Position 3 or later, content word (one of the two tokens "
        "at least): share of events. Read again: share of a rollout's tokens that its checkpoint picks again in a full "
        "forward pass."
    ),
    columns=(
        FAMILY,
        Column("events", "Events at"),
        EFFECTS[2],
        Column("retention", "Of first divergence", estimate),
        EVENTS,
        Column("has_event", "With an event", share),
        Column("position_at_least_3", "Position 3 or later", share),
        Column("has_content", "Content word", share),
        Column("read_again", "Read again", share),
    ),
    grouped=("family",),
)


@styled()
def draw_selection(estimates: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction of every arm, families as points, with its ratio to that at the first divergences.

    `estimates` are those of the control `selection`, `labels` maps each pair to its label in drawing order.
    """
    rows = select_arms(estimates, "figure selection", labels, effect=["interaction", "retention"], arm=list(ARMS))
    interactions = rows[rows["effect"] == "interaction"]
    scope = headline_scope(rows, "figure selection")
    figure = new_figure(0.75 + 0.52 * len(ARMS))
    axes = figure.subplots()
    for row in interactions[interactions["scope"] == scope].itertuples():
        axes.barh(
            list(ARMS).index(row.arm) + 0.1, row.value, height=0.24, color=COLOURS["interaction"], alpha=0.25,
            linewidth=0, gid=f"bar {row.arm}",
        )  # fmt: skip
    draw_arms(axes, interactions, ARMS)
    zero_line(axes, vertical=True)
    axes.set_xlabel(axis_label("interaction", interactions))
    axes.set_title(interactions.loc[interactions["scope"] == scope, "label"].iloc[0])
    _write_ratios(axes, rows[(rows["effect"] == "retention") & (rows["scope"] == scope)])
    return finished(figure, rows)


def table_selection(estimates: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the arms of every family and of the mean: interaction, its ratio to the reference, and what events are."""
    effects = ["interaction", "retention", *SHARES]
    rows = select_arms(estimates, "table selection", labels, effect=effects, arm=list(ARMS))
    blocks = []
    for scope, label in scopes(rows, labels).items():
        own = rows[rows["scope"] == scope]
        events = own[own["effect"] == "interaction"].set_index("arm")["n_events"]
        wide = wide_by(own, "arm", effects).assign(n_events=events).reindex(list(ARMS))
        words = [text.replace("\n", " ") for text in ARMS.values()]
        blocks.append(wide.fillna({"n_events": 0}).assign(family=label, events=words).reset_index(names="arm"))
    return pd.concat(blocks, ignore_index=True)


def _write_ratios(axes: Axes, rows: pd.DataFrame) -> None:
    texts = {-0.62: "of first\ndivergence"} | {
        float(list(ARMS).index(row.arm)): _percent(row.value, row.low, row.high) for row in rows.itertuples()
    }
    for y, text in texts.items():
        axes.annotate(
            text, (1, y), xytext=(4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="left", va="center" if y >= 0 else "bottom", fontsize=6.5, color=MUTED, annotation_clip=False,
            gid=f"ratio {y:g}",
        )  # fmt: skip


def _percent(value: float, low: float, high: float) -> str:
    whole = [f"{100 * number:z.0f}".replace("-", "\N{MINUS SIGN}") for number in (value, low, high)]
    if np.isnan(value):
        return "\N{EN DASH}"
    return f"{whole[0]}%" if np.isnan(low) or low == high else f"{whole[0]}%\n[{whole[1]}, {whole[2]}]"
