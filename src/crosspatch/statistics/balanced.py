"""Estimates balanced over pairs: the unweighted mean of the pairs' means, and ratios of such means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy import stats

from crosspatch.measures.effects import CONTRASTS, effects_of_cell_means
from crosspatch.statistics.intervals import Interval, normal_interval, percentile_interval
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.resampling import joint_means, resampling_seed, two_level_means
from crosspatch.statistics.rows import effect_rows, support_of
from crosspatch.statistics.samples import (
    SCHEMES,
    PairSample,
    different,
    mean_over_pairs,
    pair_means,
    pair_samples,
    present,
    resamplable,
)

_Draws = Float[np.ndarray, "draw subset view cell"]


@dataclass(frozen=True)
class _Plan:
    """The study's seed, the number of draws and the confidence level."""

    seed: int
    draws: int
    level: float


def estimate_balanced(
    frames: Mapping[str, pd.DataFrame], *, seed: int, draws: int, level: float, positions: Sequence[int]
) -> pd.DataFrame:
    """Return the `effects` rows of scope `balanced` from the `cells` tables of several pairs, by pair name.

    All methods but the last three are about new prompts for these very pairs, not about other checkpoints:

    - `prompt`: one resampling of prompt ids serves all pairs; the same draws serve the scopes `balanced without PAIR`;
    - `cluster_template`, `cluster_tokens`: likewise with whole clusters of prompts;
    - `prompt_independent`: the draws behind the pairs' own `prompt` rows, averaged (as the code of arXiv 2605.07284);
    - `normal`: the widths of the pairs' own `prompt` intervals in quadrature (as the paper; contrasts only);
    - `two_level`: pairs are drawn, then prompts inside each;
    - `pair_range`: least and largest pair value; `pair_median`: the median pair value.

    A pair without prompts in a subset does not count there. Raises MeasurementError as `estimate_pair` does, and if
    there is no pair, a table is of another pair, or readouts differ.
    """
    samples = pair_samples(frames, positions)
    plan = _Plan(seed, draws, level)
    rows = [*_joint(samples, plan), *_independent(samples, plan), _two_level(samples, plan), *_over_pairs(samples)]
    return pd.concat(rows, ignore_index=True)


def _joint(samples: Sequence[PairSample], plan: _Plan) -> Iterator[pd.DataFrame]:
    for scheme in SCHEMES:
        seed = resampling_seed(plan.seed, BALANCED, scheme)
        cell_draws = joint_means([sample.units[scheme] for sample in samples], np.random.default_rng(seed), plan.draws)
        clusters = None if scheme == "prompt" else different(samples, scheme)
        interval = _interval(samples, scheme, cell_draws, plan.level)
        yield _rows(BALANCED, samples, scheme, interval, plan, seed=seed, n_clusters=clusters)
        if scheme == "prompt" and len(samples) > 1:
            yield from _leave_one_out(samples, cell_draws, plan, seed)


def _leave_one_out(
    samples: Sequence[PairSample], cell_draws: Sequence[_Draws], plan: _Plan, seed: int
) -> Iterator[pd.DataFrame]:
    for left_out in samples:
        kept = [number for number, sample in enumerate(samples) if sample is not left_out]
        others = [samples[number] for number in kept]
        interval = _interval(others, "prompt", [cell_draws[number] for number in kept], plan.level)
        yield _rows(f"{BALANCED} without {left_out.pair}", others, "prompt", interval, plan, seed=seed)


def _independent(samples: Sequence[PairSample], plan: _Plan) -> Iterator[pd.DataFrame]:
    cell_draws = []
    for sample in samples:
        rng = np.random.default_rng(resampling_seed(plan.seed, sample.pair, "prompt"))
        cell_draws.extend(joint_means([sample.units["prompt"]], rng, plan.draws))
    yield _rows(BALANCED, samples, "prompt_independent", _interval(samples, "prompt", cell_draws, plan.level), plan)
    own = [_interval([one], "prompt", [draws], plan.level) for one, draws in zip(samples, cell_draws, strict=True)]
    rows = _rows(BALANCED, samples, "normal", normal_interval(_value(samples), own, present(samples)), plan)
    yield rows[rows["effect"].isin(list(CONTRASTS))]


def _two_level(samples: Sequence[PairSample], plan: _Plan) -> pd.DataFrame:
    seed = resampling_seed(plan.seed, BALANCED, "two_level")
    units = [sample.units["prompt"] for sample in samples]
    mean = two_level_means(units, np.random.default_rng(seed), plan.draws)
    enough = resamplable(samples, "prompt") & (present(samples).sum(axis=0) > 1)
    return _rows(BALANCED, samples, "two_level", percentile_interval(mean, plan.level).where(enough), plan, seed=seed)


def _over_pairs(samples: Sequence[PairSample]) -> Iterator[pd.DataFrame]:
    support = support_of(BALANCED, samples)
    values = np.stack([effects_of_cell_means(means) for means in pair_means(samples)])
    undrawn, none = np.zeros(values.shape[1:], dtype=np.int64), np.full(values.shape[1:], np.nan)
    ends = Interval(np.fmin.reduce(values), np.fmax.reduce(values), undrawn)
    yield effect_rows(support, "pair_range", _value(samples), ends)
    median = np.asarray(stats.quantile(values, 0.5, axis=0, nan_policy="omit"))
    yield effect_rows(support, "pair_median", median, Interval(none, none, undrawn))


def _interval(samples: Sequence[PairSample], scheme: str, cell_draws: Sequence[_Draws], level: float) -> Interval:
    mean = mean_over_pairs(cell_draws, present(samples))
    return percentile_interval(mean, level).where(resamplable(samples, scheme))


def _value(samples: Sequence[PairSample]) -> Float[np.ndarray, "subset view effect"]:
    return effects_of_cell_means(mean_over_pairs(pair_means(samples), present(samples)))


def _rows(
    scope: str,
    samples: Sequence[PairSample],
    method: str,
    interval: Interval,
    plan: _Plan,
    *,
    seed: int | None = None,
    n_clusters: Int[np.ndarray, " subset"] | None = None,
) -> pd.DataFrame:
    support, value = support_of(scope, samples), _value(samples)
    return effect_rows(support, method, value, interval, level=plan.level, seed=seed, n_clusters=n_clusters)
