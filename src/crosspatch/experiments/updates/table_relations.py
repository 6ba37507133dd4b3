"""Relations: does the interaction go with what was learned, or with the size of the update? Rank correlations
(Spearman) over the study's pairs but its null pairs, each also with the other cause held equal, with intervals over
resampled pairs. Pairs of one base are no independent families.
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, count, estimate

REMEDY = "relate the updates again (snakemake --forcerun relate_updates)"
OUTCOMES = {
    "interaction_correlation": "interaction",
    "interaction_share_correlation": "interaction / native shift",
}

SPEC = TableSpec(
    label="relations",
    title="What the interaction goes with, over checkpoints of one base",
    note="Rank correlations, with {level} intervals over resampled pairs; common tuned readout, float32.",
    columns=(
        Column("outcome", "Of"),
        Column("arm", "With"),
        Column("relation", "Correlation", estimate),
        Column("n_pairs", "Pairs", count),
    ),
    grouped=("outcome",),
)


def table_relations(update_size: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each outcome and cause, from the estimates of the control `update_size`."""
    need_columns(update_size, ["arm", "effect", "value", "low", "high", "level", "n_pairs"], "table relations", REMEDY)
    numbers = {"relation": "value", "relation_low": "low", "relation_high": "high"}
    return update_size.assign(
        outcome=update_size["effect"].map(OUTCOMES), **{name: update_size[column] for name, column in numbers.items()}
    )[["outcome", "arm", *numbers, "level", "n_pairs"]]
