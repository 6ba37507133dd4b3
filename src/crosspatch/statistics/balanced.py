"""Estimates balanced over pairs: the unweighted mean of the pairs' means, and ratios of such means."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from crosspatch.measures.effects import CONTRASTS, effects_of_cell_means
from crosspatch.records.estimates import PROMPT
from crosspatch.statistics.drawn import draw_scope, mean_effects
from crosspatch.statistics.intervals import Interval, normal_interval, percentile_interval, quantiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.resampling import two_level_means
from crosspatch.statistics.rows import effect_rows, support_of
from crosspatch.statistics.samples import PairSample, mean_over_pairs, pair_means, pair_samples, present, resamplable


def estimate_balanced(frames: Mapping[str, pd.DataFrame], plan: Plan, *, positions: Sequence[int]) -> pd.DataFrame:
    """Return the `effects` rows of scope `balanced` from the `cells` tables of several pairs, by pair name.

    All methods but the last three are about new prompts for these very pairs, not about other checkpoints:

    - `prompt`: one resampling of prompt ids serves all pairs; the same draws serve the scopes `balanced without PAIR`;
    - `cluster_template`, `cluster_tokens`: likewise with whole clusters of prompts;
    - `prompt_independent`: the draws behind the pairs' own `prompt` rows, averaged (as the code of arXiv 2605.07284);
    - `normal`: the widths of the pairs' own `prompt` intervals in quadrature (as the paper; contrasts only);
    - `two_level`: pairs are drawn, then prompts inside each;
    - `pair_range`: least and largest pair value; `pair_median`: the median pair value.

    A pair without prompts in an arm does not count there. Raises MeasurementError as `estimate_pair` does, and if
    there is no pair, a table is of another pair, or readouts differ.
    """
    samples = pair_samples(frames, positions)
    joint = (drawn.rows(plan) for drawn in draw_scope(BALANCED, samples, plan))
    rows = [*joint, *_independent(samples, plan), _two_level(samples, plan), *_over_pairs(samples, plan)]
    return pd.concat(rows, ignore_index=True)


def _independent(samples: Sequence[PairSample], plan: Plan) -> Iterator[pd.DataFrame]:
    own = [next(draw_scope(sample.pair, [sample], plan)) for sample in samples]
    drawn = [draws for one in own for draws in one.draws]
    interval = percentile_interval(mean_over_pairs(drawn, present(samples)), plan.level)
    yield _rows(samples, "prompt_independent", interval.where(resamplable(samples, PROMPT)), plan)
    widths = normal_interval(mean_effects(samples), [one.interval(plan.level) for one in own], present(samples))
    rows = _rows(samples, "normal", widths, plan)
    yield rows[rows["effect"].isin(list(CONTRASTS))]


def _two_level(samples: Sequence[PairSample], plan: Plan) -> pd.DataFrame:
    seed = plan.seed_of(BALANCED, "two_level")
    units = [sample.units[PROMPT] for sample in samples]
    mean = two_level_means(units, np.random.default_rng(seed), plan.draws)
    enough = resamplable(samples, PROMPT) & (present(samples).sum(axis=0) > 1)
    return _rows(samples, "two_level", percentile_interval(mean, plan.level).where(enough), plan, seed=seed)


def _over_pairs(samples: Sequence[PairSample], plan: Plan) -> Iterator[pd.DataFrame]:
    support = support_of(BALANCED, samples)
    values = np.stack([effects_of_cell_means(means) for means in pair_means(samples)])
    undrawn, none = np.zeros(values.shape[1:], dtype=np.int64), np.full(values.shape[1:], np.nan)
    ends = Interval(np.fmin.reduce(values), np.fmax.reduce(values), undrawn)
    yield effect_rows(plan.control, support, "pair_range", mean_effects(samples), ends)
    median = quantiles(values, [0.5])[0]
    yield effect_rows(plan.control, support, "pair_median", median, Interval(none, none, undrawn))


def _rows(
    samples: Sequence[PairSample], method: str, interval: Interval, plan: Plan, *, seed: int | None = None
) -> pd.DataFrame:
    support = support_of(BALANCED, samples)
    return effect_rows(plan.control, support, method, mean_effects(samples), interval, level=plan.level, seed=seed)
