"""Does the interaction go away along text that one checkpoint wrote? Where base and tuned disagree after the first h
tokens of the tuned (left) or the base (right) checkpoint's own rollout: the interaction by h, and of h =
{{ study.controls.native_history.primary | join(", ") }} pooled, averaged within a prompt first. If the interaction
were of first divergences only, it would be at zero; the dashed line is where it is there. At h = 0 both directions
are the first divergences at the first position.

Of each rollout the first {{ study.controls.native_history.rollout_tokens }} tokens are used, for the first
divergences too; a prompt has no event at h if its rollout is not longer, if a stop token is among the h tokens, or if
both checkpoints pick the same token. Both directions are over all prompts (in the paper, the base direction was over
one category). Small circles are families; bars are intervals, the widest over prompts, templates and token pairs
({{ study.statistics.draws }} draws, percentile); n under each point is its number of events. A number in brackets
says of how many families a mean is, where the others have no such event.

Answer: row *native history* of the table of verdicts.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.errors import TableError
from crosspatch.experiments.selection.table_native_history import HISTORIES
from crosspatch.figures.arms import REMEDY, select_arms
from crosspatch.figures.marks import axis_label, handle, point, vertical_interval, zero_line
from crosspatch.figures.rows import counts_by, headline_scope
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

DASHED: Final = (0, (3, 2))
HOLLOW: Final[Mapping[str, Any]] = {"marker": "o", "markersize": 2.6, "markerfacecolor": "none", "markeredgewidth": 0.6}


@styled()
def draw_native_history(native_history: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the interaction by horizon and of the pooled horizons, one panel per direction, families faint.

    `native_history` are the control's estimates, `labels` maps each pair to its label in drawing order. The dashed line
    is the interaction at the first divergences.
    """
    rows = select_arms(native_history, "figure native_history", labels, effect="interaction")
    scope = headline_scope(rows, "figure native_history")
    figure = new_figure(2.75)
    for axes, (history, title) in zip(figure.subplots(1, 2, sharey=True), HISTORIES.items(), strict=True):
        arms = [*_horizons(native_history, history), history]
        _draw_reference(axes, rows[(rows["arm"] == REFERENCE) & (rows["scope"] == scope)])
        _draw_families(axes, rows[rows["scope"] != scope], arms)
        _draw_mean(axes, rows[rows["scope"] == scope], arms)
        axes.set_title(title)
    figure.supxlabel("tokens of the rollout before the event, with the number of events", fontsize=7.5)
    figure.axes[0].set_ylabel(axis_label("interaction", rows))
    figure.legend(handles=_legend(rows, scope), loc="outside upper right", ncols=3)
    return finished(figure, rows)


def _horizons(estimates: pd.DataFrame, history: str) -> list[str]:
    """Return the arms of single horizons of a direction, h rising, those without an event too."""
    names = [str(arm) for arm in estimates["arm"].unique() if str(arm).startswith(f"{history}, h = ")]
    if not names:
        raise TableError(f"figure native_history: no arm {history!r} with a horizon; {REMEDY}")
    return sorted(names, key=_horizon)


def _horizon(arm: str) -> int:
    return int(arm.rpartition(" = ")[2])


def _draw_reference(axes: Axes, rows: pd.DataFrame) -> None:
    zero_line(axes, vertical=False)
    for row in rows.itertuples():
        axes.axhline(row.value, color=COLOURS["interaction"], linewidth=0.7, linestyle=DASHED, gid="reference")


def _draw_families(axes: Axes, rows: pd.DataFrame, arms: Sequence[str]) -> None:
    for scope, own in rows.groupby("scope", sort=False):
        values = own.set_index("arm")["value"].reindex(arms)
        places = [x - 0.15 for x in range(len(arms))]
        axes.plot(places[:-1], values.iloc[:-1], color=MUTED, linewidth=0.6, alpha=0.6, gid=f"line {scope} {arms[-1]}")
        axes.plot(places, values, linestyle="none", color=MUTED, alpha=0.8, gid=f"family {scope} {arms[-1]}", **HOLLOW)


def _draw_mean(axes: Axes, rows: pd.DataFrame, arms: Sequence[str]) -> None:
    own = rows.set_index("arm")
    for x, arm in enumerate(arms):
        if arm in own.index:
            low, high, value = own.loc[arm, ["low", "high", "value"]]
            vertical_interval(axes, low, high, x=x, colour=COLOURS["interaction"], width=2.4, name=f"interval {arm}")
            point(axes, x, value, "interaction", name=f"value {arm}")
    counts = counts_by(rows, "arm")
    words = [*(str(_horizon(arm)) for arm in arms[:-1]), "pooled"]
    ticks = [f"{word}\n{counts.get(arm, 0)}".replace(" (", "\n(") for word, arm in zip(words, arms, strict=True)]
    axes.set_xticks(range(len(arms)), ticks)
    axes.tick_params(axis="x", labelsize=6)
    axes.axvline(len(arms) - 1.5, color=COLOURS["neutral"], linewidth=0.6)
    axes.set_xlim(-0.5, len(arms) - 0.5)


def _legend(rows: pd.DataFrame, scope: str) -> list[Line2D]:
    mean = rows.loc[rows["scope"] == scope, "label"].iloc[0]
    reference = Line2D([], [], color=COLOURS["interaction"], linewidth=0.7, linestyle=DASHED, label="first divergence")
    family = Line2D([], [], color=MUTED, linewidth=0.6, label="family", **HOLLOW)
    several = set(rows["scope"]) != {scope}
    return [handle("interaction", str(mean)), *([family] if several else []), reference]
