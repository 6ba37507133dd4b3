"""How closures of single prompts lie, and how many directions suffice, at every boundary of a pair."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.experiments.closure.gains import MISSING, gained_margins
from crosspatch.experiments.closure.names import FULL, of_directions
from crosspatch.experiments.closure.ratios import TINY, least_count, ratios
from crosspatch.measures.effects import quotient
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.resampling import drawn_counts

PLACE = ["pair", "boundary", "is_registered"]


def ratio_rows(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the `closure_ratios` rows of one pair's `moved_margins`, in float32."""
    gained = gained_margins(moved, "float32")
    found = []
    for place, rows in gained.groupby(PLACE, sort=False):
        missing = rows[MISSING].to_numpy()
        tiny = int((np.abs(missing) <= TINY).sum())
        for arm, values in rows.drop(columns=MISSING).items():
            own = values.to_numpy()
            known = ratios(own, missing)
            known = known[np.isfinite(known)]
            found.append(
                dict(zip(PLACE, place, strict=True))
                | {"arm": arm, "closure": _quotient(own, missing), "n_prompts": len(rows), "n_tiny": tiny}
                | {"median": np.median(known) if len(known) else np.nan, "mean": known.mean() if len(known) else np.nan}
            )
    return pd.DataFrame(found)


def count_rows(moved: pd.DataFrame, counts: Sequence[int], plan: Plan) -> pd.DataFrame:
    """Return the `closure_counts` rows of one pair's `moved_margins`: the least of `counts` that suffices, with the
    interval of its draws over prompts.
    """
    gained, rising = gained_margins(moved, "float32"), sorted(counts)
    about = moved.drop_duplicates("boundary").set_index("boundary")
    found = []
    for place, rows in gained.groupby(PLACE, sort=False):
        pair, boundary, _ = place
        seed = plan.seed_of(f"{pair} boundary {boundary} counts", "prompt")
        numbers = rows[[*map(of_directions, rising), FULL]].to_numpy()
        one = about.loc[boundary]
        known = {"relative_depth": boundary / one["blocks"], "n_fitted": one["n_fitted"], "rank": one["rank"]}
        found.append(
            dict(zip(PLACE, place, strict=True))
            | known
            | {"n_prompts": len(rows), "full_closure": _quotient(rows[FULL].to_numpy(), rows[MISSING].to_numpy())}
            | {"most": rising[-1], "level": plan.level, "draws": plan.draws, "seed": seed}
            | _least(numbers, rising, np.random.default_rng(seed), plan)
        )
    return pd.DataFrame(found)


def _least(
    numbers: Float[np.ndarray, "prompt arm"], counts: Sequence[int], rng: np.random.Generator, plan: Plan
) -> dict[str, Any]:
    """Return the least count of prompts' gains, the last of which are by the full difference, and its interval.

    An end of the interval is one of the counts; NaN where it is beyond them, or the full difference gains nothing.
    """
    means = np.concatenate([drawn @ numbers for drawn in drawn_counts(rng, plan.draws, len(numbers))])
    drawn, own = (least_count(counts, rows[..., :-1], rows[..., -1]) for rows in (means, numbers.mean(axis=0)))
    known = drawn[~np.isnan(drawn)]
    ends = [(1 - plan.level) / 2, 1 - (1 - plan.level) / 2]
    low, high = np.quantile(known, ends, method="inverted_cdf") if len(known) else (np.nan, np.nan)
    return {name: _finite(value) for name, value in (("least", own), ("low", low), ("high", high))}


def _finite(value: float | Float[np.ndarray, ""]) -> float:
    return float(value) if np.isfinite(value) else np.nan


def _quotient(gained: Float[np.ndarray, " prompt"], missing: Float[np.ndarray, " prompt"]) -> float:
    return float(quotient(gained.mean(keepdims=True), missing.mean(keepdims=True))[0])
