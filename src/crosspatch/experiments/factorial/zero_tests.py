"""Tests of each effect against zero: exact sign tests and Wilcoxon signed-rank tests, over prompts and over pairs."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy import stats

from crosspatch.measures.effects import CONTRASTS, contrasts_of_cells
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.keys import BALANCED, keys_of
from crosspatch.statistics.samples import PairSample, pair_means, pair_sample, pair_samples
from crosspatch.statistics.signs import sign_test

TESTS: Final = ("sign", "wilcoxon")
EXACT_UP_TO: Final = 50
"""Values up to which the Wilcoxon test is exact."""
COLUMNS: Final = (
    "effect", "scope", "arm", "readout", "precision", "unit", "test", "n", "n_positive", "statistic", "p_value",
)  # fmt: skip

_Effects = Float[np.ndarray, "unit arm view effect"]


def zero_tests_of_pair(cells_frame: pd.DataFrame, *, positions: Sequence[int]) -> pd.DataFrame:
    """Return the `tests` rows of one pair, whose units are prompts (events of a prompt averaged first)."""
    sample = pair_sample(pair_cells(cells_frame), positions)
    # A prompt outside an arm has total 0 there, and so is left out like every unit that is zero.
    return _rows(sample.pair, sample, "prompt", contrasts_of_cells(sample.units["prompt"].totals))


def zero_tests_of_pairs(frames: Mapping[str, pd.DataFrame], *, positions: Sequence[int]) -> pd.DataFrame:
    """Return the `tests` rows of scope `balanced`, whose units are the pairs' means over prompts.

    With F pairs no two-sided p-value is below 2^(1-F): five pairs that agree in sign give 0.0625.
    """
    samples = pair_samples(frames, positions)
    return _rows(BALANCED, samples[0], "pair", contrasts_of_cells(np.stack(pair_means(samples))))


def wilcoxon_test(values: Float[np.ndarray, " unit"]) -> tuple[float, float]:
    """Return the smaller signed-rank sum and the two-sided p-value; missing without values. No value is zero.

    Exact for up to 50 values, ties or not; scipy's normal approximation, corrected for ties, beyond. (Left to itself
    scipy approximates tied values from 14 on, and runs through all 2^n sign flips below, half a second each time.)
    """
    if not len(values):
        return np.nan, np.nan
    if len(values) > EXACT_UP_TO:
        result = stats.wilcoxon(values)
        return float(result.statistic), float(result.pvalue)
    ranks = stats.rankdata(np.abs(values))
    statistic = float(min(ranks[values > 0].sum(), ranks[values < 0].sum()))
    tail = _signed_rank_law(ranks)[: int(2 * statistic) + 1].sum()
    return statistic, float(min(1.0, 2 * tail))


def _rows(scope: str, sample: PairSample, unit: str, effects: _Effects) -> pd.DataFrame:
    keys = pd.DataFrame(keys_of(scope, sample.arms, sample.views, tuple(CONTRASTS)))
    columns = effects.reshape(len(effects), -1).T
    results = [result for values in columns for result in _tests(values[np.isfinite(values) & (values != 0)])]
    rows = keys.loc[keys.index.repeat(len(TESTS))].reset_index(drop=True)
    found = pd.DataFrame(results, columns=["test", "n", "n_positive", "statistic", "p_value"])
    return pd.concat([rows.assign(unit=unit), found], axis="columns")[list(COLUMNS)]


def _signed_rank_law(ranks: Float[np.ndarray, " unit"]) -> Float[np.ndarray, " half_rank"]:
    """Return the probability of each signed-rank sum 0, 1/2, 1, ... where every sign is a fair coin."""
    law = np.ones(1)
    for half_ranks in np.round(2 * ranks).astype(np.int64):
        law = (np.pad(law, (0, half_ranks)) + np.pad(law, (half_ranks, 0))) / 2
    return law


def _tests(values: Float[np.ndarray, " unit"]) -> list[tuple[str, int, int, float, float]]:
    counts = len(values), int((values > 0).sum())
    return [("sign", *counts, *sign_test(values)), ("wilcoxon", *counts, *wilcoxon_test(values))]
