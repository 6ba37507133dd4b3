"""How the interaction of a prompt goes with the grades of what both checkpoints write by themselves, by family, with
the null by permutation of grades within categories.
"""

import pandas as pd

from crosspatch.experiments.behaviour.names import ALL
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import WITHIN_CATEGORIES, WITHIN_KINDS

NAME = "table behaviour"
SHOWN = {
    "answer_correlation": "With the difference of grades",
    "answer_rank_correlation": "of ranks",
    "change_correlation": "With its size",
}
NULL = {"null_mean": "Permuted", "p_two_sided": "p"}
SPEC = TableSpec(
    label="behaviour",
    title="Correlation of a prompt's interaction with what both checkpoints finally answer",
    note=(
        "Correlations over prompts of the interaction at the first divergence (common tuned readout, float32) with the "
        "grade of the tuned checkpoint's own rollout less that of the base's, raw prompts, with {level} intervals (the "
        "widest over prompts, templates and token pairs). Within categories both have the mean of their category taken "
        "away, within kinds that of the prompts of a category that one validator grades. Permuted: the mean over "
        "permutations of grades among prompts of one category, or one kind, for all families alike; "
        "p is the share of them that is as far from zero, both for the difference of grades. Prompts that no validator "
        "grades do not count."
    ),
    columns=(
        FAMILY,
        Column("arm", "Answers"),
        *(Column(name, words, estimate) for name, words in SHOWN.items()),
        *(Column(name, words, estimate) for name, words in NULL.items()),
        Column("n_events", "Prompts", count),
    ),
    grouped=("family",),
)


def table_behaviour(behaviour: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for all answers, for those within categories, and for each category and validator, by family."""
    columns = [*SHOWN, *NULL]
    rows = select_arms(behaviour, NAME, labels, effect=columns)
    first = (ALL, WITHIN_CATEGORIES, WITHIN_KINDS)
    arms = [*first, *(arm for arm in dict.fromkeys(rows["arm"]) if arm not in first)]
    return of_scopes(rows, labels, "arm", arms, columns)
