"""Could the mean interaction be above zero by chance? The two tokens of an event are called base and tuned at random,
which flips the sign of its interaction: {{ study.controls.label_swap.flips }} tosses of all coins, of which the
histograms are the means. The paper tosses one coin for each prompt of each family; prompts are shared by the
families, and prompts of one template, or with the same two tokens, are not independent, so the other nulls are wider.
The line is the observed mean with the one-sided p-value of the null with one coin for each pair of tokens; no p-value
can be below one over the number of tosses plus one. An artefact would put the line inside the null. The test is of
symmetry about zero, and so of a mean of zero; it is no permutation of tokens and says nothing of which tokens carry
the interaction, nor of other families. Common tuned readout, float32; n is the number of events.

Answer: row *label swap* of the table of verdicts.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crosspatch.figures.columns import need_columns
from crosspatch.figures.plots import by_panel, house_plot
from crosspatch.figures.rows import REMEDY, scopes, select_arms
from crosspatch.figures.style import COLOURS, Drawing, finished, new_figure, panel_rows, panel_width, styled
from crosspatch.figures.words import Labels

NAME = "figure label_swap"
COINS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "independent": ("neutral", "a coin for each prompt of each family"),
        "shared prompts": ("base", "a coin for each prompt, the same in all families"),
        "templates": ("matched", "a coin for each template"),
        "token pairs": ("tuned", "a coin for each pair of tokens in a category"),
    }
)
"""Colour and words of each arm."""
COLUMNS = ["arm", "scope", "readout", "precision", "bin_low", "bin_high", "count"]
SHOWN = ("observed", "p_upper")


@styled()
def draw_label_swap(label_swap: pd.DataFrame, label_swap_null: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw, in one panel per family and one for their mean, the null of every arm as the density of its draws.

    `label_swap` are the control's estimates, `label_swap_null` its counts by bin; `labels` maps each pair to its label
    in drawing order. The vertical line is the observed mean, with the p-value of the widest null.
    """
    rows = select_arms(label_swap, NAME, labels, effect=SHOWN)
    bins = _bins(label_swap_null, rows)
    shown = scopes(rows, labels)
    figure = new_figure(1.15 + 1.45 * panel_rows(len(shown)), width=panel_width(len(shown)))
    plot = house_plot(_outlines(bins), x="edge", y="density", color="arm").scale(color=_colours())
    plot = plot.add(so.Path({"drawstyle": "steps-post"}, linewidth=0.9), legend=False)
    for scope, axes in by_panel(plot, figure, shown, share_x=True).items():
        _draw_observed(axes, rows[rows["scope"] == scope])
    figure.supxlabel("mean interaction (logits)", fontsize=7.5)
    figure.supylabel("draws per logit (share)", fontsize=7.5)
    figure.legend(handles=_legend(bins), loc="outside upper center", ncols=1 + (len(shown) > 2))
    return finished(figure, pd.concat([rows, bins], ignore_index=True))


def _bins(counts: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the bins of the primary margin in the scopes of `rows`, with their density."""
    need_columns(counts, COLUMNS, NAME, REMEDY)
    primary = (counts["readout"] == rows["readout"].iloc[0]) & (counts["precision"] == rows["precision"].iloc[0])
    bins = counts.loc[primary & counts["scope"].isin(rows["scope"]), COLUMNS]
    draws = bins.groupby(["arm", "scope"])["count"].transform("sum")
    return bins.assign(density=bins["count"] / draws / (bins["bin_high"] - bins["bin_low"])).reset_index(drop=True)


def _outlines(bins: pd.DataFrame) -> pd.DataFrame:
    """Return the corners of each null's histogram, which starts and ends at no density."""
    nulls = bins.groupby(["scope", "arm"], sort=False)
    first = nulls.head(1).assign(density=0.0)
    last = nulls.tail(1).assign(density=0.0, bin_low=lambda rows: rows["bin_high"])
    return pd.concat([first, bins, last]).rename(columns={"bin_low": "edge"})


def _colours() -> so.Nominal:
    return so.Nominal({arm: COLOURS[meaning] for arm, (meaning, _) in COINS.items()}, order=list(COINS))


def _draw_observed(axes: Axes, rows: pd.DataFrame) -> None:
    observed = rows[rows["effect"] == "observed"]
    for row in observed.iloc[-1:].itertuples():
        axes.axvline(row.value, color=COLOURS["interaction"], linewidth=1.6, gid=f"observed {row.scope}")
        values = rows.loc[(rows["effect"] == "p_upper") & (rows["arm"] == row.arm), "value"]
        text = f"n = {row.n_events}\n" + "".join(f"p = {value:.2g}" for value in values)
        axes.annotate(text, (0.03, 0.97), xycoords="axes fraction", va="top", fontsize=6.5, gid=f"p {row.scope}")


def _legend(bins: pd.DataFrame) -> list[Line2D]:
    drawn = {arm: own for arm, own in COINS.items() if arm in set(bins["arm"])}
    nulls = [Line2D([], [], color=COLOURS[meaning], linewidth=0.9, label=words) for meaning, words in drawn.values()]
    return [*nulls, Line2D([], [], color=COLOURS["interaction"], linewidth=1.6, label="observed")]
