"""Does a larger interaction at the first token on which two checkpoints disagree go with what they finally do? Each of
the two goes on greedily by itself from the raw prompt, and a validator grades both texts: a number, a word, a form, a
refusal. A: correlation, over prompts, of the interaction with the difference of the two grades (1 where only the tuned
checkpoint answers as expected, -1 where only the base does); within categories both have the mean of their category
taken away, since a category may have both large interactions and large differences, and within kinds of prompts that
of those that one validator grades, which keeps harmful requests and harmless ones apart. B: mean interaction by who
answers as expected. Small points are families, large ones their mean, with intervals, the widest over prompts,
templates and token pairs ({{ study.statistics.draws }} draws, percentile); n is the number of events. Common tuned
readout. None of this says that the one makes the other.

Answer: rows *behaviour* of the table of verdicts; table *behaviour* has the null, by permutation within categories.
"""

import pandas as pd
from matplotlib.axes import Axes

from crosspatch.experiments.behaviour.names import ALL, OUTCOMES
from crosspatch.figures.arm_lines import draw_arms
from crosspatch.figures.marks import interval_label, letter, zero_line
from crosspatch.figures.rows import select_arms
from crosspatch.figures.style import Drawing, finished, new_figure, styled
from crosspatch.figures.words import Labels
from crosspatch.records.arms import WITHIN_CATEGORIES, WITHIN_KINDS

NAME = "figure behaviour"
EFFECT = "answer_correlation"


@styled()
def draw_behaviour(behaviour: pd.DataFrame, labels: Labels) -> Drawing:
    """Draw A, correlations of interactions with differences of grades, and B, interactions by who answers as expected.

    `behaviour` are the estimates of the control of that name.
    """
    related = select_arms(behaviour, NAME, labels, effect=EFFECT)
    by_outcome = select_arms(behaviour, NAME, labels, effect="interaction", arm=list(OUTCOMES.values()))
    outcomes = {arm: f"as expected: {arm}" for arm in OUTCOMES.values() if arm in set(by_outcome["arm"])}
    arms = words_of(related)
    figure = new_figure(1.0 + 0.29 * max(len(arms), len(outcomes)))
    left, right = figure.subplots(1, 2)
    _draw_panel(left, "A", related, arms, "Interaction and answers", "correlation")
    _draw_panel(right, "B", by_outcome, outcomes, "Who answers as expected", "interaction, logits")
    return finished(figure, pd.concat([related.assign(panel="A"), by_outcome.assign(panel="B")]))


def words_of(rows: pd.DataFrame) -> dict[str, str]:
    """Return the arms of correlations that there are, all answers first, with their words."""
    present = list(dict.fromkeys(rows["arm"]))
    first = [arm for arm in (ALL, WITHIN_CATEGORIES, WITHIN_KINDS) if arm in present]
    return {arm: arm for arm in [*first, *(arm for arm in present if arm not in first)]}


def _draw_panel(axes: Axes, name: str, rows: pd.DataFrame, arms: dict[str, str], title: str, quantity: str) -> None:
    draw_arms(axes, rows, arms)
    zero_line(axes, vertical=True)
    axes.set_xlabel(f"{quantity}\n({interval_label(rows)})")
    letter(axes, name, title)
