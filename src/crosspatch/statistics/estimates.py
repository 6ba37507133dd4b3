"""Estimates of the effects of one pair; they need no other pair."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crosspatch.measures.effects import effects_of_cell_means
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.intervals import normal_interval, percentile_interval
from crosspatch.statistics.resampling import joint_means, resampling_seed
from crosspatch.statistics.rows import effect_rows, support_of
from crosspatch.statistics.samples import SCHEMES, different, pair_means, pair_sample, present, resamplable


def estimate_pair(
    cells_frame: pd.DataFrame, *, seed: int, draws: int, level: float, positions: Sequence[int]
) -> pd.DataFrame:
    """Return the `effects` rows of one pair from its `cells` table.

    Methods: `prompt`, the percentile interval over prompts; `normal`, the mean +- half its width; and
    `cluster_template`, `cluster_tokens`, which resample whole clusters. `seed` is the study's; `positions` are the k
    of the subsets `position >= k`. Raises MeasurementError if an event is incomplete or a margin is not finite.
    """
    sample = pair_sample(pair_cells(cells_frame), positions)
    support = support_of(sample.pair, [sample])
    (means,) = pair_means([sample])
    value = effects_of_cell_means(means)
    frames = []
    for scheme in SCHEMES:
        own_seed = resampling_seed(seed, sample.pair, scheme)
        (cell_draws,) = joint_means([sample.units[scheme]], np.random.default_rng(own_seed), draws)
        interval = percentile_interval(cell_draws, level).where(resamplable([sample], scheme))
        clusters = None if scheme == "prompt" else different([sample], scheme)
        frames.append(effect_rows(support, scheme, value, interval, level=level, seed=own_seed, n_clusters=clusters))
        if scheme == "prompt":
            normal = normal_interval(value, [interval], present([sample]))
            frames.append(effect_rows(support, "normal", value, normal, level=level, seed=own_seed))
    return pd.concat(frames, ignore_index=True)
