"""Tables of the papers' numbers beside ours."""

import pandas as pd

from crosspatch.figures.columns import need_columns

VERDICTS = ("differs", "other sign", "reproduced", "same sign", "not compared", "not yet measured")
"""In the order in which a reader should see them."""
MEASURED = VERDICTS[:4]
NOT_YET = "not yet"
COMPARISON_COLUMNS = [
    *("claim", "section", "quantity", "support", "family", "readout", "rule", "unit"),
    *("published", "published_low", "published_high", "value", "low", "high"),
    *("difference", "intervals_overlap", "same_sign", "verdict", "doubt", "note"),
]
OURS = {"value": "measured", "low": "measured_low", "high": "measured_high"}
REMEDY = "compare the study with the published numbers again (snakemake compare_with_published)"


def table_scorecard(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers that the study regenerated, by verdict, with how many rows have each verdict.

    Published numbers without a counterpart are one row per verdict; the table of coverage lists them.
    """
    need_columns(comparison, COMPARISON_COLUMNS, "table scorecard", REMEDY)
    shown = comparison[COMPARISON_COLUMNS].rename(columns=OURS)
    blocks = [_block(shown[shown["verdict"] == verdict], verdict) for verdict in VERDICTS]
    return pd.concat([block for block in blocks if len(block)], ignore_index=True)[list(shown.columns)]


def table_coverage(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return every published number with the rule that regenerates it, or `not yet`."""
    need_columns(comparison, COMPARISON_COLUMNS, "table coverage", REMEDY)
    shown = comparison[COMPARISON_COLUMNS].rename(columns=OURS)
    return shown.assign(rule=shown["rule"].fillna(NOT_YET))


def _block(rows: pd.DataFrame, verdict: str) -> pd.DataFrame:
    if verdict in MEASURED or rows.empty:
        return rows.assign(verdict=f"{verdict} ({len(rows)})")
    return pd.DataFrame({"verdict": [f"{verdict} ({len(rows)})"], "quantity": ["see the table of coverage"]})
