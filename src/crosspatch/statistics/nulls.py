"""What the two nulls of the interaction share: where an observed mean stands in the distribution of its null."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.measures.effects import quotient
from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics.intervals import percentiles, quantiles

EXTREME: Final = 0.999
"""Share of the null below its effect `null_999`."""
_WITH_INTERVAL: Final = ("null_mean", "null_share")


@dataclass(frozen=True)
class Null:
    """A null distribution of the interaction beside the observed mean, in logits, and what both are over.

    observed is one number per view, or one per draw where a draw also decides which prompts count; about: columns of
    the rows that do not differ between its effects.
    """

    values: Float[np.ndarray, "draw view"]
    observed: Float[np.ndarray, "#draw view"]
    views: tuple[tuple[str, str], ...]
    about: dict[str, Any]


def null_rows(null: Null, level: float) -> pd.DataFrame:
    """Return the `estimates` rows of a null.

    observed; null_mean and null_share (null / observed) with percentiles of the null; null_sd and null_999; p_upper and
    p_two_sided, the share of the null that is as large or larger, the observed one counted as a draw (so neither is
    below 1 / (draws + 1)). A draw without any prompt is missing (NaN) and not counted.
    """
    ends = {"null_mean": percentiles(null.values, level)}
    ends["null_share"] = percentiles(quotient(null.values, null.observed), level)
    rows = [
        _row(null, view, effect, value, [end[view] for end in ends.get(effect, ([np.nan] * len(null.views),) * 2)])
        for effect, values in _summaries(null).items()
        for view, value in enumerate(values)
    ]
    level_of_rows = [level if row["effect"] in _WITH_INTERVAL else np.nan for row in rows]
    return pd.DataFrame(rows).assign(level=level_of_rows)[list(COLUMNS)]


def _summaries(null: Null) -> dict[str, Float[np.ndarray, " view"]]:
    observed, mean = _mean(null.observed), _mean(null.values)
    return {
        "observed": observed,
        "null_mean": mean,
        "null_sd": np.sqrt(_mean(np.square(null.values - mean))),
        "null_999": quantiles(null.values, [EXTREME])[0],
        "null_share": quotient(mean, observed),
        "p_upper": _share_beyond(null.values, null.observed),
        "p_two_sided": _share_beyond(np.abs(null.values), np.abs(null.observed)),
    }


def _mean(values: Float[np.ndarray, "draw view"]) -> Float[np.ndarray, " view"]:
    """Return the mean over the draws that are not missing."""
    known = np.isfinite(values)
    return quotient(np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0).astype(np.float64))


def _share_beyond(
    values: Float[np.ndarray, "draw view"], observed: Float[np.ndarray, "#draw view"]
) -> Float[np.ndarray, " view"]:
    counted = np.isfinite(values).sum(axis=0)
    share: Float[np.ndarray, " view"] = (1 + (values >= observed).sum(axis=0)) / (1 + counted)
    return share


def _row(null: Null, view: int, effect: str, value: float, ends: list[float]) -> dict[str, Any]:
    readout, precision = null.views[view]
    drawn = {} if effect == "observed" else {"draws": int(np.isfinite(null.values[:, view]).sum())}
    known = {
        "effect": effect,
        "readout": readout,
        "precision": precision,
        "value": value,
        "draws": pd.NA,
        "n_clusters": pd.NA,
    }
    return null.about | known | drawn | {"low": ends[0], "high": ends[1]}
