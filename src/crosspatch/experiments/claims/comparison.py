"""Published numbers beside the estimates that regenerate them, and what the comparison says."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from crosspatch.records.numbers import COUNTS, ESTIMATE, NUMBER
from crosspatch.statistics.keys import BALANCED, POOLED

COLUMNS: Final = (
    "claim", "section", "quantity", "support", "family", *NUMBER, "rule", "unit", "published", "published_low",
    "published_high", "n", "value", "low", "high", "difference", "intervals_overlap", "same_sign", "verdict", "doubt",
    "note",
)  # fmt: skip
_ROUNDING = 1e-9  # a difference printed as .05 is within a band of .05
_PUBLISHED: Final = {"value": "published", "low": "published_low", "high": "published_high"}


def join_published(effects: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return every row of a `published` table with the number of `effects` that it names, in its unit.

    A mean without a pair that the study does not have is its mean over all pairs. Columns value, low and high are ours
    and missing where the study has no such estimate; the published ones are called published, published_low and
    published_high.
    """
    numbers = _numbers(_with_scopes(effects, published), published)
    rows = published.rename(columns=_PUBLISHED).merge(numbers, how="left", on=list(NUMBER), validate="many_to_one")
    factor = np.where(rows["unit"] == "percent", 100.0, 1.0)
    return rows.assign(**{name: rows[name] * factor for name in ("value", "low", "high")})


def with_controls(effects: pd.DataFrame, controls: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the study's estimates with those of its controls, whose subsets are called `CONTROL: ARM`."""
    arms = [rows.assign(subset=rows["control"] + ": " + rows["arm"]) for rows in controls]
    return pd.concat([effects, *arms], join="inner", ignore_index=True)


def judge_by_bands(joined: pd.DataFrame, bands: Mapping[str, float]) -> pd.DataFrame:
    """Return the `comparison` of joined rows: reproduced if signs agree and the difference is within its band or the
    intervals overlap (a number without interval is a point), else differs.

    `bands` are in the unit of the row: `pair` and `balanced` in logits, `percent` in points, `count` in events.
    """
    difference = joined["value"] - joined["published"]
    low, high = (joined[end].fillna(joined["value"]) for end in ("low", "high"))
    known_low, known_high = (joined[f"published_{end}"].fillna(joined["published"]) for end in ("low", "high"))
    overlap = (low <= known_high) & (known_low <= high)
    same = _same_sign(joined)
    measured = joined["value"].notna()
    reproduced = same & ((difference.abs() <= _band(joined, bands) + _ROUNDING) | overlap)
    found = joined.assign(
        difference=difference, intervals_overlap=_where(overlap, measured), same_sign=_where(same, measured)
    )
    return _with_verdicts(found, measured, np.where(reproduced, "reproduced", "differs"))


def judge_by_signs(joined: pd.DataFrame) -> pd.DataFrame:
    """Return the `comparison` of joined rows by their signs only: for a study of other models than the published ones,
    whose magnitudes in logits are not comparable. Numbers of events have no sign and are not compared.
    """
    measured = joined["value"].notna() & ~joined["column"].isin(COUNTS)
    same = _same_sign(joined)
    none = pd.Series(pd.NA, index=joined.index, dtype="boolean")
    found = joined.assign(difference=np.nan, intervals_overlap=none, same_sign=_where(same, measured))
    judged = _with_verdicts(found, measured, np.where(same, "same sign", "other sign"))
    counted = joined["value"].notna() & ~measured
    return judged.assign(verdict=judged["verdict"].mask(counted, "not compared"))


def _with_scopes(effects: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Add the mean over all pairs under the names of published means without a pair that the study does not have."""
    named = published["scope"].dropna().unique()
    absent = [name for name in named if name.split(" without ")[-1] not in set(effects["scope"])]
    means = {name: effects[effects["scope"] == name.split(" without ")[0]] for name in absent if " without " in name}
    whole: pd.DataFrame = pd.concat([effects, *(rows.assign(scope=name) for name, rows in means.items())])
    return whole


def _numbers(effects: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return value, low and high of each key that a published row names and the study has."""
    named = published.loc[published["effect"].notna(), list(NUMBER)].drop_duplicates()
    wanted = effects.merge(named[list(ESTIMATE)].drop_duplicates(), on=list(ESTIMATE))
    within = [key for key in ESTIMATE if key != "subset"]
    whole = effects.loc[effects["subset"] == "all", [*within, "n_events"]].rename(columns={"n_events": "n_scope"})
    wanted = wanted.merge(whole, how="left", on=within)
    inside = wanted["n_events"] / wanted["n_scope"].where(wanted["n_scope"] > 0)
    columns = {
        **{name: wanted[name] for name in ("value", "low", "high", "n_events")},
        "share_inside": inside,
        "share_outside": 1 - inside,
    }
    keys = wanted[list(ESTIMATE)]
    blocks = [keys.assign(column=name, value=numbers.astype(float)) for name, numbers in columns.items()]
    blocks[0] = blocks[0].assign(low=wanted["low"], high=wanted["high"])  # only the value itself has an interval
    return pd.concat(blocks, ignore_index=True)


def _band(joined: pd.DataFrame, bands: Mapping[str, float]) -> pd.Series:
    over_pairs = joined["scope"].fillna("").str.startswith((BALANCED, POOLED))
    of_mean = over_pairs & ~joined["method"].isin(["pair_range", "pair_median"])
    logits = pd.Series(np.where(of_mean, bands["balanced"], bands["pair"]), index=joined.index)
    return (
        joined["unit"]
        .map({"percent": bands["percent"], "count": bands["count"]})
        .where(joined["unit"] != "logits", logits)
    )


def _same_sign(joined: pd.DataFrame) -> pd.Series:
    return pd.Series(np.sign(joined["value"]) == np.sign(joined["published"]), index=joined.index)


def _where(answers: pd.Series, known: pd.Series) -> pd.Series:
    return answers.astype("boolean").where(known)


def _with_verdicts(found: pd.DataFrame, measured: pd.Series, verdicts: np.ndarray) -> pd.DataFrame:
    regenerated = found["effect"].isna() & found["rule"].notna()
    other = np.where(regenerated, "not compared", "not yet measured")
    return found.assign(verdict=np.where(measured, verdicts, other))[list(COLUMNS)]
