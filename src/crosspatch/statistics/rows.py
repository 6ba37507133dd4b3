"""Rows of an `estimates` table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from crosspatch.measures.effects import EFFECTS
from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics.intervals import Interval
from crosspatch.statistics.keys import keys_of
from crosspatch.statistics.samples import PairSample, different, present


@dataclass(frozen=True)
class Support:
    """What the estimates of a scope are over: its arms and views, and events, prompts and pairs in each arm."""

    scope: str
    arms: tuple[str, ...]
    views: tuple[tuple[str, str], ...]
    n_events: Int[np.ndarray, " arm"]
    n_prompts: Int[np.ndarray, " arm"]
    n_pairs: Int[np.ndarray, " arm"]


def support_of(scope: str, samples: Sequence[PairSample]) -> Support:
    """Count what the samples of a scope hold."""
    n_events = np.sum([sample.n_events for sample in samples], axis=0)
    n_pairs = present(samples).sum(axis=0)
    return Support(scope, samples[0].arms, samples[0].views, n_events, different(samples, "prompt"), n_pairs)


def effect_rows(
    control: str,
    support: Support,
    method: str,
    value: Float[np.ndarray, "arm view effect"],
    interval: Interval,
    *,
    level: float | None = None,
    seed: int | None = None,
    n_clusters: Int[np.ndarray, " arm"] | None = None,
) -> pd.DataFrame:
    """Return one row per arm, view and effect, in that order, with the columns of the `estimates` schema.

    `level`, `draws` and `seed` are missing where the interval is.
    """
    known = np.isfinite(interval.low).ravel()
    drawn = interval.draws.ravel()
    repeats = value[0].size
    columns = keys_of(support.scope, support.arms, support.views, tuple(EFFECTS)) | {
        "control": control,
        "method": method,
        "value": value.ravel(),
        "low": interval.low.ravel(),
        "high": interval.high.ravel(),
        "level": np.where(known, np.nan if level is None else level, np.nan),
        "n_events": np.repeat(support.n_events, repeats),
        "n_prompts": np.repeat(support.n_prompts, repeats),
        "n_clusters": pd.NA if n_clusters is None else np.repeat(n_clusters, repeats),
        "n_pairs": np.repeat(support.n_pairs, repeats),
        "draws": _optional(drawn, known & (drawn > 0)),
        "seed": _optional(np.full(known.shape, seed or 0), known & (seed is not None)),
    }
    return pd.DataFrame(columns)[list(COLUMNS)].astype({"n_clusters": "Int64"})


def _optional(numbers: Int[np.ndarray, " row"], known: Bool[np.ndarray, " row"]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(numbers.astype(np.int64), ~known)
