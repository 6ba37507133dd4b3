"""Every number of the paper that the study is compared with (data/published), the rule of this workflow that
regenerates it, or "not yet", and what the comparison with this study says. {{ study.claims.note }}
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import (
    Column,
    TableSpec,
    measured,
)

CLAIM = (Column("claim", "Row"), Column("section", "Place"), Column("quantity", "Number"), Column("family", "Family"))

DOUBT = Column("doubt", "Doubts")

SPEC = TableSpec(
    label="coverage",
    title="What regenerates each published number",
    note=(
        "Not compared: a rule regenerates the number, but not as an estimate with a sign and a magnitude to compare. "
        "Not yet measured: no rule does, or this study has no such estimate. "
        "The doubts are listed in data/published/README.md; one is about all numbers: the checkpoints' revisions were "
        "written down after the runs (P29)."
    ),
    columns=(
        *CLAIM,
        Column("support", "Of"),
        Column("unit", "Unit"),
        Column("published", "Published", measured),
        Column("rule", "Rule"),
        Column("verdict", "Verdict"),
        DOUBT,
    ),
    grouped=("section",),
)

NOT_YET = "not yet"


COLUMNS = [
    *("claim", "section", "quantity", "support", "family", "readout", "rule", "unit"),
    *("published", "published_low", "published_high", "estimate", "value", "low", "high"),
    *("difference", "intervals_overlap", "same_sign", "verdict", "doubt", "note"),
]

OURS = {"value": "measured", "low": "measured_low", "high": "measured_high"}

REMEDY = "compare the study with the published numbers again (snakemake --forcerun compare_with_published)"


def table_coverage(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return every published number with the rule that regenerates it, or `not yet`."""
    need_columns(comparison, COLUMNS, "table coverage", REMEDY)
    shown = comparison[COLUMNS].rename(columns=OURS)
    return shown.assign(rule=shown["rule"].fillna(NOT_YET))
