"""What the comparison of published numbers with the study's estimates says."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from crosspatch.experiments.claims.verdict_words import BOTH_NEAR_ZERO, CANNOT_DIFFER, ONE_NEAR_ZERO
from crosspatch.records.numbers import COUNTS, NEVER_NEGATIVE, NUMBER, OF_ONE_READING
from crosspatch.statistics.keys import BALANCED, POOLED

COLUMNS: Final = (
    "claim", "section", "quantity", "support", "family", *NUMBER, "rule", "unit", "published", "published_low",
    "published_high", "n", "estimate", "value", "low", "high", "difference", "intervals_overlap", "same_sign",
    "verdict", "doubt", "note",
)  # fmt: skip
_ROUNDING: Final = 1e-9  # a difference printed as .05 is within a band of .05


def judge_by_bands(joined: pd.DataFrame, bands: Mapping[str, float]) -> pd.DataFrame:
    """Return the `comparison` of joined rows: reproduced if signs agree and the difference is within its band or the
    intervals overlap (a number without interval is a point), else differs; both near zero, whatever their signs, if
    both intervals hold 0 (a number without interval: its band does) or both numbers are within their band of 0.

    `bands` are in the unit of the row: `pair` and `balanced` in logits or nats, `percent` in points, `count` in events.
    """
    difference = joined["value"] - joined["published"]
    low, high = (joined[end].fillna(joined["value"]) for end in ("low", "high"))
    known_low, known_high = (joined[f"published_{end}"].fillna(joined["published"]) for end in ("low", "high"))
    overlap = (low <= known_high) & (known_low <= high)
    same = _same_sign(joined)
    measured, band = joined["value"].notna(), _band(joined, bands)
    reproduced = same & ((difference.abs() <= band + _ROUNDING) | overlap)
    found = joined.assign(
        difference=difference, intervals_overlap=_where(overlap, measured), same_sign=_where(same, measured)
    )
    both_near, _ = _near_zero(joined, band)
    cases = {CANNOT_DIFFER: _by_construction(joined), BOTH_NEAR_ZERO: both_near, "reproduced": reproduced}
    return _with_verdicts(found, measured, cases, "differs")


def judge_by_signs(joined: pd.DataFrame, near_zero: Mapping[str, float]) -> pd.DataFrame:
    """Return the `comparison` of joined rows by their signs only: for a study of other models than the published ones,
    whose magnitudes in logits are not comparable. Numbers of events have no sign and are not compared.

    Numbers near zero have no sign either: their interval holds 0, or they have none and are within the band of
    `near_zero` (by unit). What is never negative cannot differ.
    """
    measured = joined["value"].notna() & ~joined["column"].isin(COUNTS)
    same = _same_sign(joined)
    none = pd.Series(pd.NA, index=joined.index, dtype="boolean")
    found = joined.assign(difference=np.nan, intervals_overlap=none, same_sign=_where(same, measured))
    both_near, one_near = _near_zero(joined, joined["unit"].map(near_zero).astype(float))
    cases = {
        CANNOT_DIFFER: _by_construction(joined) | _never_negative(joined),
        BOTH_NEAR_ZERO: both_near,
        ONE_NEAR_ZERO: one_near,
        "same sign": same,
    }
    judged = _with_verdicts(found, measured, cases, "other sign")
    counted = joined["value"].notna() & ~measured
    return judged.assign(verdict=judged["verdict"].mask(counted, "not compared"))


def _band(joined: pd.DataFrame, bands: Mapping[str, float]) -> pd.Series:
    over_pairs = joined["scope"].fillna("").str.startswith((BALANCED, POOLED))
    of_mean = over_pairs & ~joined["method"].isin(["pair_range", "pair_median"])
    effects = pd.Series(np.where(of_mean, bands["balanced"], bands["pair"]), index=joined.index)
    of_others = joined["unit"].map({"percent": bands["percent"], "count": bands["count"]})
    return of_others.where(~joined["unit"].isin(["logits", "nats"]), effects)


def _never_negative(joined: pd.DataFrame) -> pd.Series:
    of_one = joined["arm"].fillna("").str.match(OF_ONE_READING)
    return joined["effect"].isin(NEVER_NEGATIVE) | of_one


def _same_sign(joined: pd.DataFrame) -> pd.Series:
    """Return where the signs agree; those of numbers that have none, which may be 0, always do."""
    same = np.sign(joined["value"]) == np.sign(joined["published"])
    return pd.Series(same | _never_negative(joined), index=joined.index)


def _where(answers: pd.Series, known: pd.Series) -> pd.Series:
    return answers.astype("boolean").where(known)


def _by_construction(joined: pd.DataFrame) -> pd.Series:
    """Return where every draw of a ratio of two arms is 1, since its arm is the reference, or every draw of it or of an
    interaction is 0, since the four cells are one (the first stage of a lineage).
    """
    one = np.where(joined["unit"] == "percent", 100.0, 1.0)[:, None]
    is_ratio = joined["effect"] == "retention"
    drawn = joined[["value", "low", "high"]].astype(float)
    same, nothing = (np.isclose(drawn, known, rtol=0, atol=_ROUNDING).all(axis=1) for known in (one, 0.0))
    return (is_ratio & same) | ((is_ratio | (joined["effect"] == "interaction")) & nothing)


def _near_zero(joined: pd.DataFrame, band: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return where both numbers, and where one of the two, cannot be told from 0; counts and shares always can."""
    signed = joined["effect"].notna() & ~joined["column"].isin(COUNTS) & ~_never_negative(joined)
    ours, theirs = joined["value"].abs(), joined["published"].abs()
    near = _holds_zero(joined, "low", "high").where(joined["low"].notna(), ours <= band)
    known = _holds_zero(joined, "published_low", "published_high")
    known = known.where(joined["published_low"].notna(), theirs <= band)
    both = (near & known) | ((ours <= band) & (theirs <= band))
    return signed & both, signed & (near ^ known) & ~both


def _holds_zero(joined: pd.DataFrame, low: str, high: str) -> pd.Series:
    return (joined[low] <= 0) & (joined[high] >= 0)


def _with_verdicts(
    found: pd.DataFrame, measured: pd.Series, cases: Mapping[str, pd.Series], otherwise: str
) -> pd.DataFrame:
    """Give each measured row the verdict of the first of `cases` that holds, every other row what it lacks."""
    regenerated = found["effect"].isna() & found["rule"].notna()
    other = np.where(regenerated, "not compared", "not yet measured")
    verdicts = np.select([case.to_numpy(dtype=bool) for case in cases.values()], list(cases), otherwise)
    return found.assign(verdict=np.where(measured, verdicts, other))[list(COLUMNS)]
