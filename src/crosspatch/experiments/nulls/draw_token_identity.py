"""Is the interaction a property of the two tokens, whichever states they are read from? At every event the four cells
keep their states, and the margin is read for the two tokens of another event:
{{ study.controls.token_identity.permutations }} random permutations of the token pairs over the prompts of a family,
or of its prompt categories. An artefact of the tokens alone would leave the interaction; the claim predicts that it
goes. In A an event may draw its own pair, or the same pair from another event, and then keeps its interaction; in B
such events do not count, neither in the null nor in the observed mean beside it. Intervals hold
{{ study.statistics.level }} of the permutations: they say how much chance is in the pairing, not in the choice of
prompts. Common tuned readout, norm and unembedding in float32; n is the number of events.

Answer: row *token identity* of the table of verdicts.
"""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosspatch.figures.marks import handle, interval_label, letter, zero_line
from crosspatch.figures.plots import ABOVE, APART, by_panel, estimated, house_plot, in_order, looks
from crosspatch.figures.rows import events_label, scopes, select_arms
from crosspatch.figures.style import COLOURS, MARKERS, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure token_identity"
ARMS: Mapping[str, str] = MappingProxyType({"over all prompts": "portable", "within category": "matched"})
"""Colour of each null."""
PANELS: Mapping[str, str] = MappingProxyType({"": "Any event's tokens", ", other tokens": "Other tokens only"})
"""Title of each panel by the ending of its arms."""


@styled()
def draw_token_identity(token_identity: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the observed mean and the interval of each null, by family and for their mean.

    `token_identity` are the control's estimates, `labels` maps each pair to its label in drawing order. In A an event
    may draw its own two tokens; in B such events do not count, neither in the null nor in the observed mean.
    """
    arms = [arm + ending for ending in PANELS for arm in ARMS]
    rows = select_arms(token_identity, NAME, labels, arm=arms, effect=["observed", "null_mean"])
    shown = scopes(rows, labels)
    figure = new_figure(1.05 + 0.4 * len(shown))
    grid = _draw_panels(figure, rows, list(shown))
    for axes, name, title in zip(grid, "AB", PANELS.values(), strict=True):
        axes.grid(axis="x")
        zero_line(axes, vertical=True)
        letter(axes, name, title)
        axes.set_xlabel(f"mean interaction (logits), {interval_label(rows)} of the null")
    axes.set_yticks(range(len(shown)), [events_label(rows, scope, label) for scope, label in shown.items()])
    nulls = [handle(meaning, f"permuted {arm}") for arm, meaning in ARMS.items()]
    figure.legend(handles=[handle("interaction", "own tokens"), *nulls], loc="outside lower center", ncols=3)
    return finished(figure, rows)


def _draw_panels(figure: Figure, rows: pd.DataFrame, order: list[str]) -> list[Axes]:
    """Draw each null with the observed mean over the same events, one panel per ending of the arms."""
    null, ending = (rows["arm"].str.extract(f"^({'|'.join(ARMS)})(.*)$")[part] for part in (0, 1))
    rows = rows.assign(null=null, ending=ending)
    is_null = rows["effect"] == "null_mean"
    observed = rows[~is_null].rename(columns={"value": "observed"})[["arm", "scope", "observed"]]
    plot = house_plot(rows[is_null].merge(observed, how="outer"), y="scope", color="null", marker="null")
    plot = estimated(plot.scale(y=in_order(order), **looks(ARMS)), "x", APART, width=1.4, size=3.4)
    own = so.Dot(ABOVE, pointsize=3.4, edgewidth=0, color=COLOURS["interaction"], marker=MARKERS["interaction"])
    plot = plot.add(own, APART, x="observed", orient="y", legend=False)
    return list(by_panel(plot, figure, PANELS, by="ending", share_x=True).values())
