"""Which rows of a control's estimates a figure or a table shows."""

from collections.abc import Sequence

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rows import check_labels, with_labels
from crosspatch.figures.words import BALANCED, Labels
from crosspatch.records.estimates import widest

COLUMNS = [
    *("control", "arm", "effect", "scope", "readout", "precision", "method"),
    *("value", "low", "high", "level", "n_events", "n_prompts", "n_pairs"),
]
PRIMARY = {"readout": ("common_tuned", None), "precision": ("float32", None)}
REMEDY = (
    "estimate the controls of this study again (snakemake estimate_control) and check the rows of `controls` in config"
)


def select_arms(
    estimates: pd.DataFrame,
    wanted_by: str,
    labels: Labels,
    *,
    others: Sequence[str] = (),
    **wanted: str | Sequence[str],
) -> pd.DataFrame:
    """Return the rows of a `estimates` table whose columns are as `wanted`, families in the order of `labels`.

    Readout and precision are primary, or those of a quantity without, where not said. The mean over families comes
    last, and after it the `others` among the scopes. Of the intervals over prompts and over clusters of them it is the
    widest. A column `label` is added, which tells a mean that some families
    do not have from one over all. Raises TableError, naming `wanted_by`, if nothing is left or a family has no label.
    """
    need_columns(estimates, COLUMNS, wanted_by, REMEDY)
    check_labels(estimates, wanted_by, labels)
    scopes = [*labels, BALANCED, *others]
    keep = estimates["scope"].isin(scopes)
    for column, value in {**PRIMARY, **wanted}.items():
        allowed = [value] if isinstance(value, str) else list(value)
        keep &= estimates[column].isin(allowed) | (estimates[column].isna() & (None in allowed))
    if not keep.any():
        raise TableError(f"{wanted_by}: no estimates with {wanted} in scopes {scopes}; {REMEDY}")
    rows = widest(estimates.loc[keep, COLUMNS])
    order = {scope: place for place, scope in enumerate(scopes)}
    rows = rows.sort_values("scope", key=lambda own: own.map(order), kind="stable").reset_index(drop=True)
    return with_labels(rows, {**dict(zip(others, others, strict=True)), **labels}, estimates)


def arms_in_order(rows: pd.DataFrame) -> list[str]:
    """Return the arms of selected rows in the order of the mean over families, which has what a family lacks."""
    return list(dict.fromkeys([*rows.loc[rows["scope"] == BALANCED, "arm"], *rows["arm"]]))


def join(*controls: pd.DataFrame | None) -> pd.DataFrame:
    """Return the estimates of several controls in one table, without those that the study does not have (None)."""
    return pd.concat([table for table in controls if table is not None], ignore_index=True)
