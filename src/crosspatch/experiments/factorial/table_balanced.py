"""Unweighted means over families with every kind of interval: prompts resampled jointly over families (primary),
families independently (as the papers' code does), the papers' normal approximation, whole templates, whole pairs of
tokens (events of one category that compare the same two tokens), and families then prompts. Only the last speaks about
families not in the study.
"""

import pandas as pd

from crosspatch.figures.rendering import (
    Column,
    TableSpec,
)
from crosspatch.figures.rows import headline_scope, select
from crosspatch.figures.tables import CONTRASTS, EFFECTS, EVENTS, wide_by
from crosspatch.figures.words import METHODS, Labels

SPEC = TableSpec(
    label="balanced",
    title="Family-balanced effects of the late stack, by what the interval resamples",
    note="Logits, with {level} intervals; common tuned readout in float32.",
    columns=(Column("resampled", "Interval over"), *EFFECTS, EVENTS),
)

BALANCED_METHODS = ("prompt", "prompt_independent", "normal", "cluster_template", "cluster_tokens", "two_level")


def table_balanced(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return portable, matched and interaction of the family-balanced mean, one row per method of the interval."""
    rows = select(effects, "table balanced", labels, effect=CONTRASTS, method=BALANCED_METHODS)
    rows = rows[rows["scope"] == headline_scope(rows, "table balanced")]
    wide = wide_by(rows, "method", CONTRASTS).reindex(list(BALANCED_METHODS))
    wide.insert(0, "resampled", [METHODS[method] for method in wide.index])
    return wide.reset_index(names="method")
