"""Does the answer depend on which of the two tokens comes first? Share of answers that a validator passes after the
tuned token, less that after the base token, by kind of prompts: the tuned checkpoint goes on greedily from either.
Without the forced token is as published; there, a base token that is the answer itself is taken from it, so the fourth
line leaves such events out. Diamonds compare the tuned token with the one most nearly as probable as the base token.
Readings of validators are ours. Intervals are the widest over prompts, templates and token pairs
({{ study.statistics.draws }} draws, percentile); n is the number of events with a grade after both tokens.

Answer: rows *forced_tokens* of the table of verdicts.
"""

import pandas as pd
import seaborn.objects as so

from crosspatch.experiments.forced_tokens.names import NO_ANSWER, WHOLE, WITH, WITHOUT
from crosspatch.experiments.forced_tokens.shown import Line, kinds_in, lines_of
from crosspatch.figures.marks import handle, interval_label, write_counts, zero_line
from crosspatch.figures.plots import by_panel, estimated, house_plot, in_order, set_apart
from crosspatch.figures.rows import counts_by, scopes
from crosspatch.figures.style import COLOURS, MARKERS, Drawing, finished, new_figure, panel_rows, styled
from crosspatch.figures.words import Labels

NAME = "figure forced_tokens"
EFFECT = "tuned_less_base"
LINES: dict[str, Line] = {
    "without": (WITHOUT, (), EFFECT),
    "with": (WITH, (), EFFECT),
    "whole": (WHOLE, (), EFFECT),
    "restricted": (WITHOUT, (NO_ANSWER,), EFFECT),
    "matched": (WHOLE, (), "tuned_less_rank"),
}
LOOKS = {
    "without": ("base", "without the forced token"),
    "with": ("tuned", "with it"),
    "whole": ("interaction", "whole answer"),
    "restricted": ("portable", "without it, base token no answer"),
    "matched": ("neutral", "whole answer, less a token as probable"),
}
"""Meaning of the colour and marker of each line, and its words."""


@styled()
def draw_forced_tokens(forced_tokens: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw the difference of successes, one panel per family, kinds of prompts below one another.

    `forced_tokens` are the estimates of the control of that name.
    """
    kinds = kinds_in(forced_tokens, NAME)
    rows = lines_of(forced_tokens, labels, NAME, LINES)
    shown = scopes(rows, labels)
    figure = new_figure(0.75 + panel_rows(len(shown)) * (0.5 + 0.42 * len(kinds)))
    parts = {name: rows["line"] == name for name in LINES}
    plot = house_plot(set_apart(rows, **parts), y="kind").scale(y=in_order(kinds))
    for place, (name, (meaning, _)) in enumerate(LOOKS.items()):
        look = {"color": COLOURS[meaning], "marker": MARKERS[meaning], "size": 3.0}
        plot = estimated(plot, "x", so.Shift(y=0.15 * (place - 2)), part=f"{name}_", width=0.9, **look)
    for scope, axes in by_panel(plot, figure, shown, share_x=True).items():
        axes.grid(axis="x")
        zero_line(axes, vertical=True)
        own = rows[(rows["scope"] == scope) & (rows["line"] == "whole")]
        counts = counts_by(own, "kind")
        write_counts(axes, [counts.get(kind, "0") for kind in kinds])
    figure.supxlabel(f"share of right answers, tuned less base token, {interval_label(rows)}", fontsize=7.5)
    handles = [handle(meaning, words) for meaning, words in LOOKS.values()]
    figure.legend(handles=handles, loc="outside upper right", ncols=3)
    return finished(figure, rows.drop(columns=["kind", "line"]))
