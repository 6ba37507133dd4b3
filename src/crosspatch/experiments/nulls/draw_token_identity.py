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
from matplotlib.axes import Axes

from crosspatch.figures.arms import select_arms
from crosspatch.figures.marks import handle, horizontal_interval, interval_label, letter, point, zero_line
from crosspatch.figures.rows import events_label, scopes
from crosspatch.figures.style import COLOURS, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels

NAME = "figure token_identity"
ARMS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {"over all prompts": ("portable", -0.15), "within category": ("matched", 0.15)}
)
"""Colour of each null, and where it stands with the observed mean over the same events."""
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
    sides = zip(figure.subplots(1, 2, sharex=True, sharey=True), "AB", PANELS.items(), strict=True)
    for axes, name, (ending, title) in sides:
        _draw_panel(axes, rows[rows["arm"].isin([arm + ending for arm in ARMS])], list(shown), ending)
        letter(axes, name, title)
        axes.set_xlabel(f"mean interaction (logits), {interval_label(rows)} of the null")
    axes.set_yticks(range(len(shown)), [events_label(rows, scope, label) for scope, label in shown.items()])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    nulls = [handle(meaning, f"permuted {arm}") for arm, (meaning, _) in ARMS.items()]
    figure.legend(handles=[handle("interaction", "own tokens"), *nulls], loc="outside lower center", ncols=3)
    return finished(figure, rows)


def _draw_panel(axes: Axes, rows: pd.DataFrame, order: list[str], ending: str) -> None:
    axes.grid(axis="x")
    zero_line(axes, vertical=True)
    for row in rows.itertuples():
        meaning, offset = ARMS[row.arm.removesuffix(ending)]
        y, name = order.index(row.scope), f"{row.arm} {row.scope}"
        if row.effect == "null_mean":
            colour = COLOURS[meaning]
            horizontal_interval(axes, row.low, row.high, y=y + offset, colour=colour, width=1.4, name=f"null {name}")
            point(axes, row.value, y + offset, meaning, name=f"mean {name}", size=3.4)
        else:
            point(axes, row.value, y + offset, "interaction", name=f"observed {name}", size=3.4)
