"""Which events, and which scale, does the interaction hang on? A: the interaction at events of one kind, over that at
all first divergences. Word classes are of single tokens by rule; an assistant's opening word is one of a list; a pair
of tokens is that of few events if no more than {{ study.controls.tokens.rare }} of the family's have it; picked again
means by both checkpoints in a full forward pass; gap is the least lead, in logits, of both picks over their
runners-up. Events with stop tokens are too few to be drawn (table tokens). A kind of event without which nothing is
left would be what the finding is about. B: the interaction as a share of the native shift, in logits and on scales
that do not depend on the size of logits; a share of zero would mean that the two effects add up on that scale. No
scale is the right one: effects that add up in logits do not add up in probabilities, and where cells are nearly
certain the probability among the two tokens has no room left. Small points are families, large ones their mean, with
intervals, the widest over prompts, templates and token pairs ({{ study.statistics.draws }} draws, percentile); n is
the number of events. A number in brackets says of how many families a mean is, where the others have no such event.
Common tuned readout.

Answer: rows *tokens, consistency and scale* of the table of verdicts.
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import interval_label, letter, zero_line
from crosspatch.figures.rows import join, select_arms
from crosspatch.figures.style import INK, Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

NAME = "figure tokens"
EVENTS = {
    "both content": "both tokens content words",
    "any format": "punctuation or format",
    "same class": "one word class",
    "different classes": "two word classes",
    "no assistant marker": "no assistant's opening word",
    "assistant marker": "assistant's opening word",
    "no stop token": "no stop token",
    "frequent tokens": "token pair of several events",
    "rare tokens": "token pair of few events",
    "first position": "first token",
    "later positions": "later tokens",
    "re-picked": "picked again",
}
"""Words of the arms of events; gaps have theirs in the arm."""
SCALES = {
    REFERENCE: "logits",
    "tuned log odds": "log odds of the tuned token",
    "log odds against base": "log odds against the base token",
    "probability": "difference of probabilities",
    "two-token probability": "probability among the two",
}


@styled()
def draw_tokens(
    labels: Labels,
    tokens: pd.DataFrame | None = None,
    consistency: pd.DataFrame | None = None,
    scale: pd.DataFrame | None = None,
) -> Drawing:
    """Draw A, the interaction at some of the events relative to all, and B, its share of the native shift by scale.

    The tables are estimates of these controls, as far as the study has them; `labels` maps each pair to its label.
    Small points are families, large ones their mean. Stop tokens are too few to be drawn.
    """
    rows = select_arms(join(tokens, consistency, scale), NAME, labels, effect=["retention", "interaction_share"])
    scales = rows[(rows["control"] == "scale") & (rows["effect"] == "interaction_share") & rows["arm"].isin(SCALES)]
    events = _of_events(rows[(rows["control"] != "scale") & (rows["effect"] == "retention")])
    parts = {
        "A": (events, _words(events), "At which events", "interaction / that at all events", 1.0),
        "B": (scales, SCALES, "On which scale", "interaction / native shift", None),
    }
    drawn = {name: part for name, part in parts.items() if len(part[0])}
    figure = new_figure(1.0 + 0.29 * max(len(part[1]) for part in drawn.values()))
    for axes, (name, part) in zip(figure.subplots(1, len(drawn), squeeze=False)[0], drawn.items(), strict=True):
        _draw_panel(axes, name, *part)
    return finished(figure, pd.concat([part[0].assign(panel=name) for name, part in drawn.items()]))


def _of_events(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["arm"].isin(EVENTS) | rows["arm"].str.startswith("gap >= ")]


def _words(rows: pd.DataFrame) -> dict[str, str]:
    """Return the arms that there are, with their words, in the order of EVENTS; gaps last."""
    present = list(dict.fromkeys(rows["arm"]))
    gaps = {arm: arm.replace(">=", "\N{GREATER-THAN OR EQUAL TO}") for arm in present if arm not in EVENTS}
    return {arm: words for arm, words in EVENTS.items() if arm in present} | gaps


def _draw_panel(
    axes: Axes, name: str, rows: pd.DataFrame, arms: dict[str, str], title: str, quantity: str, whole: float | None
) -> None:
    draw_arms(axes, rows, arms)
    zero_line(axes, vertical=True)
    if whole is not None:
        axes.axvline(whole, color=INK, linewidth=0.6, linestyle=(0, (3, 2)), zorder=1, gid="all events")
    axes.set_xlabel(f"{quantity}\n(ratio, {interval_label(rows)})")
    letter(axes, name, title)
