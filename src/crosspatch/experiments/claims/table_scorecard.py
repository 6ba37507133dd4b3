"""The numbers of the paper that the study is compared with (data/published) and that it regenerated, beside ours, with
both intervals; what differs comes first. Behind each verdict stands how many rows have it, and of how many different
estimates they are: several published rows may be compared with one. {{ study.claims.note }}
"""

import pandas as pd

from crosspatch.experiments.claims.table_coverage import CLAIM, COLUMNS, DOUBT, OURS, REMEDY
from crosspatch.experiments.claims.verdict_words import MEASURED, VERDICTS, count_estimates
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import (
    Column,
    TableSpec,
    measured,
    plain,
)

SPEC = TableSpec(
    label="scorecard",
    title="Published numbers beside ours",
    note=(
        "Reproduced: the sign is the same, and the difference within the study's band or the intervals overlap. "
        "A study of other models than the papers' is compared by signs, in its means over families only: magnitudes in "
        "logits are not comparable between models, and none of the papers' families is in it. "
        "Near zero: the interval holds 0, or, without one, the number is within the study's band of 0. "
        "Cannot differ: an arm divided by itself or, where only signs are compared, a share or a size. "
        "Estimates: different numbers of this study among those that the rows are compared with. "
        "The doubts are listed in data/published/README.md; one is about all numbers: the checkpoints' revisions were "
        "written down after the runs (P29)."
    ),
    columns=(
        Column("verdict", "Verdict"),
        *CLAIM,
        Column("readout", "Readout"),
        Column("unit", "Unit"),
        Column("published", "Published", measured),
        Column("measured", "Ours", measured),
        Column("difference", "Difference", plain),
        DOUBT,
    ),
    grouped=("verdict",),
)


def table_scorecard(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers that the study regenerated, by verdict, with how many rows and estimates have each verdict.

    Published numbers without a counterpart are one row per verdict; the table of coverage lists them.
    """
    need_columns(comparison, COLUMNS, "table scorecard", REMEDY)
    shown = comparison[COLUMNS].rename(columns=OURS)
    blocks = [_block(shown[shown["verdict"] == verdict], verdict) for verdict in VERDICTS]
    return pd.concat([block for block in blocks if len(block)], ignore_index=True).reindex(columns=shown.columns)


def _block(rows: pd.DataFrame, verdict: str) -> pd.DataFrame:
    if verdict in MEASURED or rows.empty:
        return rows.assign(verdict=f"{verdict} ({count_estimates(rows)})")
    return pd.DataFrame({"verdict": [f"{verdict} ({len(rows)})"], "quantity": ["see the table of coverage"]})
