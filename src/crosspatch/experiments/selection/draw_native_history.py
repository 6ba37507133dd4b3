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
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.errors import TableError
from crosspatch.experiments.selection.table_native_history import HISTORIES
from crosspatch.figures.marks import THICK, axis_label, handle, zero_line
from crosspatch.figures.plots import by_panel, estimated, house_plot, in_order, set_apart
from crosspatch.figures.rows import REMEDY, counts_by, headline_scope, select_arms
from crosspatch.figures.style import COLOURS, MUTED, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

DASHED: Final = (0, (3, 2))
POOLED: Final = "pooled"
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
    arms = {history: [*_horizons(native_history, history), history] for history in HISTORIES}
    for history, axes in by_panel(_plot(rows, scope, arms), figure, HISTORIES, by="history").items():
        own = rows[rows["scope"] == scope]
        _draw_reference(axes, own[own["arm"] == REFERENCE])
        _write_counts(axes, counts_by(own, "arm"), arms[history])
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


def _plot(rows: pd.DataFrame, scope: str, arms: Mapping[str, Sequence[str]]) -> so.Plot:
    """Return a plot of the mean with its intervals and of the families; lines break where a family has no event."""
    places = [(history, arm, _word(arm)) for history, own in arms.items() for arm in own]
    keys = pd.DataFrame(places, columns=["history", "arm", "place"])
    rows = keys.merge(rows[["scope"]].drop_duplicates(), how="cross").merge(rows, how="left")
    is_mean, is_single = rows["scope"] == scope, rows["place"] != POOLED
    rows = set_apart(rows, mean=is_mean, family=~is_mean, single=~is_mean & is_single)
    plot = house_plot(rows, x="place").scale(x=in_order(list(dict.fromkeys(keys["place"]))))
    aside, families = so.Shift(x=-0.15), so.Dot(fill=False, stroke=0.6, pointsize=2.6, color=MUTED, alpha=0.8)
    plot = plot.add(so.Path(color=MUTED, linewidth=0.6, alpha=0.6), aside, y="single_value", group="scope")
    plot = plot.add(families, aside, y="family_value", orient="x")
    return estimated(plot, "y", part="mean_", width=THICK, group="scope", color=COLOURS["interaction"])


def _word(arm: str) -> str:
    return str(_horizon(arm)) if " = " in arm else POOLED


def _draw_reference(axes: Axes, rows: pd.DataFrame) -> None:
    zero_line(axes, vertical=False)
    for row in rows.itertuples():
        axes.axhline(row.value, color=COLOURS["interaction"], linewidth=0.7, linestyle=DASHED, gid="reference")


def _write_counts(axes: Axes, counts: Mapping[str, str], arms: Sequence[str]) -> None:
    ticks = [f"{_word(arm)}\n{counts.get(arm, 0)}".replace(" (", "\n(") for arm in arms]
    axes.set_xticks(range(len(arms)), ticks)
    axes.tick_params(axis="x", labelsize=6)
    axes.axvline(len(arms) - 1.5, color=COLOURS["neutral"], linewidth=0.6)


def _legend(rows: pd.DataFrame, scope: str) -> list[Line2D]:
    mean = rows.loc[rows["scope"] == scope, "label"].iloc[0]
    reference = Line2D([], [], color=COLOURS["interaction"], linewidth=0.7, linestyle=DASHED, label="first divergence")
    family = Line2D([], [], color=MUTED, linewidth=0.6, label="family", **HOLLOW)
    several = set(rows["scope"]) != {scope}
    return [handle("interaction", str(mean)), *([family] if several else []), reference]
