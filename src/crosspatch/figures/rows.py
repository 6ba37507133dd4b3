"""Which rows of estimates a figure or a table shows, and in which order."""

from collections.abc import Sequence

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.words import BALANCED, POOLED, WITHOUT, Labels, mean_label
from crosspatch.records.estimates import KEY, PROMPT, widest

ALL_PROMPTS = {"arm": "all", "method": PROMPT}
"""Arm and method of the headline's rows, where not said."""
PRIMARY = {"readout": ("common_tuned", None), "precision": ("float32", None)}
"""Margin of all rows, or none, where not said."""
COLUMNS = [*KEY, "method", "value", "low", "high", "level", "n_events", "n_prompts", "n_pairs"]
REMEDY = "make the estimates of this study again and check the keys given in config.yaml"


def select(effects: pd.DataFrame, wanted_by: str, labels: Labels, **wanted: str | Sequence[str]) -> pd.DataFrame:
    """Return the headline's rows as `select_arms` does, over all events and prompts where not said."""
    return select_arms(effects, wanted_by, labels, **{**ALL_PROMPTS, **wanted})


def select_arms(
    estimates: pd.DataFrame,
    wanted_by: str,
    labels: Labels,
    *,
    others: Sequence[str] = (),
    **wanted: str | Sequence[str],
) -> pd.DataFrame:
    """Return the rows of an `estimates` table whose columns are as `wanted`, families in the order of `labels`.

    Readout and precision are primary, or those of a quantity without, where not said; where no method is, the interval
    is the widest of those over prompts and over clusters of them. The mean over families comes last, unless there is
    one family only, which is its own mean, and after it the `others` among the scopes. A column `label` is added, which
    marks pairs outside that mean as extra, and means over fewer families than the others are. Raises TableError, naming
    `wanted_by`, if nothing is left, a row occurs twice or a family has no label.
    """
    need_columns(estimates, COLUMNS, wanted_by, REMEDY)
    check_labels(estimates, wanted_by, labels)
    scopes_wanted = [*labels, BALANCED, *others]
    keep = estimates["scope"].isin(scopes_wanted) & ~_is_mean_of_one(estimates, labels)
    for column, value in {**PRIMARY, **wanted}.items():
        allowed = [value] if isinstance(value, str) else list(value)
        keep &= estimates[column].isin(allowed) | (estimates[column].isna() & (None in allowed))
    if not keep.any():
        raise TableError(f"{wanted_by}: no estimates with {wanted} in scopes {scopes_wanted}; {REMEDY}")
    rows = estimates.loc[keep, COLUMNS]
    if rows.duplicated([*KEY, "method"]).any():
        raise TableError(f"{wanted_by}: estimates with {wanted} occur more than once; give each table once")
    rows = rows if "method" in wanted else widest(rows)
    order = {scope: place for place, scope in enumerate(scopes_wanted)}
    rows = rows.sort_values("scope", key=lambda own: own.map(order), kind="stable").reset_index(drop=True)
    return with_labels(rows, {**dict(zip(others, others, strict=True)), **_names(estimates, labels)}, estimates)


def _is_mean_of_one(estimates: pd.DataFrame, labels: Labels) -> pd.Series:
    return (estimates["scope"] == BALANCED) & (len(set(estimates["scope"]) & set(labels)) == 1)


def arms_in_order(rows: pd.DataFrame) -> list[str]:
    """Return the arms of selected rows in the order of the mean over families, which has what a family lacks."""
    return list(dict.fromkeys([*rows.loc[rows["scope"] == BALANCED, "arm"], *rows["arm"]]))


def join(*controls: pd.DataFrame | None) -> pd.DataFrame:
    """Return the estimates of several controls in one table, without those that the study does not have (None)."""
    return pd.concat([table for table in controls if table is not None], ignore_index=True)


def with_labels(rows: pd.DataFrame, names: Labels, estimates: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the column `label`: the name of their scope, or what a balanced mean is over.

    `estimates` is the table that the rows are of; the families are those of its balanced mean over most.
    """
    families = estimates.loc[estimates["scope"] == BALANCED, "n_pairs"].max()
    words = [
        mean_label(row.n_pairs, int(families)) if row.scope == BALANCED else names[row.scope]
        for row in rows.itertuples()
    ]
    return rows.assign(label=words)


def scopes(rows: pd.DataFrame, labels: Labels) -> dict[str, str]:
    """Return {scope: label} of every family, with or without rows, and of the balanced mean where it has rows."""
    last_over_most = rows.sort_values("n_pairs", kind="stable")
    return {**labels, **dict(zip(last_over_most["scope"], last_over_most["label"], strict=True))}


def headline_scope(rows: pd.DataFrame, wanted_by: str) -> str:
    """Return `balanced`, or the only family of a study that has one; raises TableError otherwise."""
    present = list(rows["scope"].unique())
    if BALANCED in present:
        return BALANCED
    if len(present) == 1:
        return str(present[0])
    raise TableError(f"{wanted_by}: no family-balanced estimate among the scopes {present}; {REMEDY}")


def count_of(rows: pd.DataFrame, scope: str) -> int:
    """Return the number of events behind the rows of a scope; 0 if it has no rows."""
    counts = rows.loc[rows["scope"] == scope, "n_events"]
    return int(counts.iloc[0]) if len(counts) else 0


def counts_by(rows: pd.DataFrame, key: str) -> dict[str, str]:
    """Return by `key` the number of events behind the rows of one scope.

    A mean that some families do not have says so: `42 (1 of 2)` is over 42 events of one family.
    """
    families = rows["n_pairs"].max()
    once = rows.drop_duplicates(key).set_index(key)
    whole = (once["n_pairs"] == families) | (once["n_events"] == 0)
    partly = once["n_events"].astype(str) + " (" + once["n_pairs"].astype(str) + f" of {families})"
    return dict(once["n_events"].astype(str).where(whole, partly))


def events_label(rows: pd.DataFrame, scope: str, label: str) -> str:
    """Return the label of a family with its number of events on a second line."""
    count = count_of(rows, scope)
    return f"{label}\nn = {count}" if count else f"{label}\nno events"


def position_arms(effects: pd.DataFrame) -> list[str]:
    """Return `all` and every `position >= k` of an effects table, k rising."""
    names = [str(name) for name in effects["arm"].unique()] if "arm" in effects else []
    later = [name for name in names if name.startswith("position >= ")]
    return ["all", *sorted(later, key=lambda name: int(name.rsplit(" ", 1)[1]))]


def _names(effects: pd.DataFrame, labels: Labels) -> dict[str, str]:
    """Return the label of every pair; one that the balanced mean is never taken without is not in that mean."""
    left_out = {
        str(scope).removeprefix(WITHOUT) for scope in effects["scope"].unique() if str(scope).startswith(WITHOUT)
    }
    extra = set(labels) - left_out if left_out else set()
    return {pair: f"{label} (extra)" if pair in extra else label for pair, label in labels.items()}


def check_labels(effects: pd.DataFrame, wanted_by: str, labels: Labels) -> None:
    """Raise TableError, naming `wanted_by` and the pairs, if a pair among the scopes has no label."""
    pairs = [scope for scope in effects["scope"].unique() if not str(scope).startswith((BALANCED, POOLED))]
    nameless = sorted(set(pairs) - set(labels))
    if nameless:
        raise TableError(
            f"{wanted_by}: no label for the pairs {nameless}; add one for each to the figure labels in config"
        )
