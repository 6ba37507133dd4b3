"""Does the late stack need the tuned upstream state? Left: mean over families of the late effect from the base
upstream (portable) and from the tuned upstream (matched), and their difference, the interaction. Right: the
interaction of every family. Thick intervals resample prompts ({{ study.statistics.draws }} draws, percentile,
{{ study.statistics.level }}); thin ones with caps, and the one written in A, are the wider of those that resample whole
templates and whole pairs of tokens, since prompts of one template, and events that compare the same two tokens, are not
independent. Hollow points are the events at the fourth token or later, without the opening of the answer. Grey bands
reach as far from zero, on both sides, as the widest interval of a null pair: two checkpoints between which there was no
instruction tuning. Common tuned readout, float32; n is the number of events beside each name.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from crosspatch.errors import TableError
from crosspatch.figures.marks import (
    THICK,
    interval_label,
    letter,
    zero_line,
)
from crosspatch.figures.plots import estimated, house_plot, in_order, set_apart
from crosspatch.figures.rows import (
    REMEDY,
    count_of,
    events_label,
    headline_scope,
    scopes,
    select,
)
from crosspatch.figures.style import (
    COLOURS,
    HATCHES,
    INK,
    MARKERS,
    Drawing,
    finished,
    new_figure,
    styled,
    with_minus,
)
from crosspatch.figures.words import BALANCED, METHODS, Labels, position_label, with_interval
from crosspatch.records.estimates import CLUSTERS, PROMPT, widest

NAME = "figure interaction"
LATER = "position >= 3"
BARS = {"portable": "portable,\nfrom base\nupstream", "matched": "matched,\nfrom tuned\nupstream"}
BRACKET = 1.6
THIN = 0.9
FAINT = 0.22
CAPPED: Mapping[str, Any] = {"linewidth": THIN, "marker": "|", "markersize": 7, "markeredgewidth": THIN}
HOLLOW: Mapping[str, Any] = {"marker": "o", "markersize": 3.4, "markerfacecolor": "white"}


@styled()
def draw_interaction(effects: pd.DataFrame, labels: Labels, noise_floor: pd.DataFrame | None = None) -> Drawing:
    """Draw A, both late effects with the interaction between them, and B, the interaction by family.

    `effects` is the effects table, `labels` maps each pair to its label in drawing order, `noise_floor` has the
    estimates of null pairs. B shows the prompt interval thick and, where estimated, the wider of those over clusters
    thin, the interaction at later positions hollow, and the reach of every null pair as a band.
    """
    labels, nulls = _null_rows(noise_floor, labels)
    bars, families = _bar_rows(effects, labels), _family_rows(effects, labels)
    figure = new_figure(max(2.7, 0.95 + 0.34 * len(scopes(families, labels))))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.3])
    _draw_bars(left, bars)
    _draw_families(right, families, labels)
    lines, bands = _legend(families), _draw_bands(right, nulls)
    capped = {line: HandlerLine2D(numpoints=2) for line in lines if line.get_marker() == CAPPED["marker"]}
    figure.legend(handles=[*lines, *bands], handler_map=capped, loc="outside lower center", ncols=2)
    parts = [bars.assign(panel="A"), families.assign(panel="B"), nulls.assign(panel="floor")]
    return finished(figure, pd.concat([part for part in parts if len(part)]))


def _null_rows(noise_floor: pd.DataFrame | None, labels: Labels) -> tuple[Labels, pd.DataFrame]:
    """Return the labels of the families, and the interaction of every null pair with its widest interval."""
    if noise_floor is None:
        return labels, pd.DataFrame({"reach": []})
    scopes_of_nulls = set(noise_floor["scope"])
    own = {pair: label for pair, label in labels.items() if pair in scopes_of_nulls}
    wanted = {"effect": "interaction", "method": [PROMPT, *CLUSTERS]}
    rows = widest(select(noise_floor, f"{NAME}, noise_floor", own, **wanted))
    rows = rows.assign(reach=rows[["low", "high"]].abs().max(axis=1))
    return {pair: label for pair, label in labels.items() if pair not in own}, rows


def _draw_bands(axes: Axes, nulls: pd.DataFrame) -> list[Patch]:
    """Draw how far the interval of every null pair reaches, on both sides, since which of the two is tuned is ours.

    Bands lie over one another, so in the legend each is as dark as it looks where those that are wider lie under it.
    The axis stays that of the families: a band that reaches farther fills it, and the legend says how far.
    """
    limits = axes.get_xlim()
    look = {"facecolor": COLOURS["neutral"], "linewidth": 0}
    bands = []
    for under, row in enumerate(nulls.sort_values("reach", ascending=False).itertuples()):
        axes.axvspan(-row.reach, row.reach, zorder=0, alpha=FAINT, gid=f"band {row.scope}", **look)
        label = f"{row.label}: within {row.reach:.2f}"
        bands.append(Patch(**look, alpha=1 - (1 - FAINT) ** (under + 1), label=label))
    axes.set_xlim(limits)
    return bands


def _bar_rows(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = select(effects, NAME, labels, effect=[*BARS, "interaction"], method=[PROMPT, *CLUSTERS])
    bars = rows[rows["scope"] == headline_scope(rows, NAME)]
    over_clusters = widest(bars[bars["method"].isin(CLUSTERS) & (bars["effect"] == "interaction")])
    bars = pd.concat([bars[bars["method"] == PROMPT], over_clusters], ignore_index=True)
    missing = {*BARS, "interaction"} - set(bars["effect"])
    if missing:
        raise TableError(f"{NAME}: scope {bars['scope'].iloc[0]!r} has no estimate of {sorted(missing)}; {REMEDY}")
    return bars


def _family_rows(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    wanted = {"arm": ["all", LATER], "method": [PROMPT, *CLUSTERS]}
    rows = select(effects, NAME, labels, effect="interaction", **wanted)
    over_prompts = rows["method"] == PROMPT
    over_clusters = widest(rows[~over_prompts & (rows["arm"] == "all")])
    return pd.concat([rows[over_prompts], over_clusters]).sort_index()


def _draw_bars(axes: Axes, rows: pd.DataFrame) -> None:
    by_effect = {row.effect: row for row in rows.itertuples()}  # the last interaction: over clusters if there is one
    for x, effect in enumerate(BARS):
        row = by_effect[effect]
        axes.bar(
            x, row.value, width=0.62, color=COLOURS[effect], hatch=HATCHES[effect], edgecolor="white", linewidth=0,
            gid=f"bar {effect}",
        )  # fmt: skip
        if pd.notna(row.low) and pd.notna(row.high):
            look = {"color": INK, "linewidth": 1.4, "solid_capstyle": "butt"}
            axes.plot([x, x], [row.low, row.high], gid=f"interval {effect}", **look)
    interaction = by_effect["interaction"]
    text = with_minus(with_interval(interaction.value, interaction.low, interaction.high)).replace(" [", "\n[")
    _draw_bracket(axes, by_effect["portable"].value, by_effect["matched"].value, text)
    axes.set_xticks(range(len(BARS)), list(BARS.values()))
    axes.set_xlim(-0.5, 2.65)
    axes.margins(y=0.16)
    axes.set_ylabel("effect of the late stack (logits)")
    zero_line(axes, vertical=False)
    first = rows.iloc[0]
    letter(axes, "A", f"{first['label']}, n = {int(first['n_events'])} events")


def _draw_bracket(axes: Axes, portable: float, matched: float, text: str) -> None:
    colour = COLOURS["interaction"]
    for x, height in enumerate((portable, matched)):
        axes.plot([x + 0.31, BRACKET], [height, height], color=colour, linewidth=0.7, linestyle=(0, (3, 2)))
    axes.plot([BRACKET, BRACKET], [portable, matched], color=colour, linewidth=1.4, gid="bracket")
    axes.text(
        BRACKET + 0.08, (portable + matched) / 2, f"interaction\n{text}", color=colour, va="center", linespacing=1.35,
        gid="interaction",
    )  # fmt: skip


def _draw_families(axes: Axes, rows: pd.DataFrame, labels: Labels) -> None:
    shown = scopes(rows, labels)
    _family_plot(rows, list(shown)).on(axes).plot()
    axes.grid(axis="x")
    zero_line(axes, vertical=True)
    if BALANCED in shown:
        axes.axhline(list(shown).index(BALANCED) - 0.5, color=COLOURS["neutral"], linewidth=0.6)
    axes.set_yticks(range(len(shown)), [_family_label(rows, scope, label) for scope, label in shown.items()])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel("interaction (logits)")
    axes.locator_params(axis="x", nbins=7)
    letter(axes, "B", "By family")


def _family_label(rows: pd.DataFrame, scope: str, label: str) -> str:
    text = events_label(rows[rows["arm"] == "all"], scope, label)
    later = count_of(rows[rows["arm"] == LATER], scope)
    return f"{text} ({later} at {position_label(LATER)})" if later else text


def _family_plot(rows: pd.DataFrame, order: list[str]) -> so.Plot:
    """Return a plot of the interaction: thick over prompts, capped over clusters, hollow and below at later tokens."""
    colour, is_later, prompts = COLOURS["interaction"], rows["arm"] == LATER, rows["method"] == PROMPT
    parts = set_apart(rows, prompt=prompts & ~is_later, clusters=~prompts, later=is_later)
    plot = house_plot(parts.assign(row=range(len(parts))), y="scope").scale(y=in_order(order))
    over_clusters = so.Range({"capstyle": "butt"}, linewidth=THIN, color=colour)
    plot = plot.add(over_clusters, xmin="clusters_low", xmax="clusters_high", group="row", orient="y")
    for end in ("clusters_low", "clusters_high"):
        plot = plot.add(so.Dot(marker="|", pointsize=7, stroke=THIN, color=colour), x=end, orient="y")
    plot = estimated(plot, "x", part="prompt_", width=THICK, group="row", color=colour, marker=MARKERS["interaction"])
    below, hollow = so.Shift(y=0.27), {"marker": "o", "color": "white", "edgecolor": colour, "edgewidth": 1.0}
    return estimated(plot, "x", below, part="later_", width=THIN, size=3.4, group="row", **hollow)


def _legend(rows: pd.DataFrame) -> list[Line2D]:
    colour, level = COLOURS["interaction"], interval_label(rows)
    thick = Line2D([], [], color=colour, linewidth=THICK, marker="o", label=f"{level} over {METHODS['prompt']}")
    wider = " or ".join(METHODS[method] for method in CLUSTERS)
    thin = Line2D([], [], color=colour, **CAPPED, label=f"{level} over {wider}")
    label = f"{level} over {METHODS['prompt']}, positions {position_label(LATER)}"
    later = Line2D([], [], color=colour, linewidth=THIN, label=label, **HOLLOW)
    drawn = {thick: True, thin: bool(rows["method"].isin(CLUSTERS).any()), later: LATER in set(rows["arm"])}
    return [handle for handle, present in drawn.items() if present]
