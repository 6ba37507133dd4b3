"""Closures of single prompts at the registered boundary: their median and their mean, as published, beside the ratio of
means, and how many prompts miss too little to have a ratio.
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, count, plain
from crosspatch.figures.rows import REMEDY
from crosspatch.figures.words import Labels

NAME = "table closure_ratios"
COLUMNS = ["pair", "boundary", "is_registered", "arm", "closure", "median", "mean", "n_prompts", "n_tiny"]
SPEC = TableSpec(
    label="closure_ratios",
    title="Closures of single prompts at the registered boundary",
    note=(
        "Gained / missing margin under the common tuned readout in float32, at held-out prompts. A prompt whose "
        "missing margin is no larger than 1e-8 logits has no ratio; one with a small one has a large ratio of either "
        "sign, which the mean of ratios follows. The closure is the ratio of means."
    ),
    columns=(
        Column("family", "Family"),
        Column("boundary", "Boundary", count),
        Column("arm", "Moved by"),
        Column("closure", "Closure", plain),
        Column("median", "Median ratio", plain),
        Column("mean", "Mean ratio", plain),
        Column("n_prompts", "Prompts", count),
        Column("n_tiny", "Without a ratio", count),
    ),
    grouped=("family",),
)


def table_closure_ratios(closure_ratios: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for every arm in every family."""
    need_columns(closure_ratios, COLUMNS, NAME, REMEDY)
    rows = closure_ratios[closure_ratios["is_registered"] & closure_ratios["pair"].isin(list(labels))]
    return rows.assign(family=rows["pair"].map(dict(labels))).reset_index(drop=True)
