"""Slopes and rank correlations over doses: scipy as second route, event by event, and what ties do."""

import numpy as np
import pytest
from scipy import stats

from crosspatch.experiments.hybrids.hybrid_values import never_falls, rank_correlations, slopes

DOSES = np.array([0.0, 0.25, 0.5, 1.0])


@pytest.fixture
def values():
    """Four doses, six events, two views; the second view in steps, with ties."""
    smooth = np.random.default_rng(3).normal(size=(4, 6, 1))
    return np.concatenate([smooth, np.round(smooth)], axis=2)


def test_slopes_are_those_of_a_least_squares_line(values):
    found = slopes(DOSES, values)
    for event, view in np.ndindex(6, 2):
        assert found[event, view] == pytest.approx(stats.linregress(DOSES, values[:, event, view]).slope, abs=1e-12)


def test_rank_correlations_are_spearmans(values):
    found = rank_correlations(values)
    for event, view in np.ndindex(6, 2):
        column = values[:, event, view]
        if np.ptp(column):
            assert found[event, view] == pytest.approx(stats.spearmanr(DOSES, column).statistic, abs=1e-12)
    assert len(np.unique(found)) > 4


def test_values_that_do_not_change_have_no_order():
    constant = np.full((4, 1, 1), 2.5)
    assert rank_correlations(constant).tolist() == [[0.0]]
    assert slopes(DOSES, constant) == pytest.approx(0.0, abs=1e-12)
    assert never_falls(constant).tolist() == [[True]]


def test_a_value_below_the_one_before_is_a_fall():
    rows = {(0, 1, 1, 2): True, (0, 1, 0.999, 2): False, (2, 1, 3, 4): False, (-3, -2, -1, 0): True}
    values = np.array(list(rows)).T[:, :, np.newaxis]
    assert never_falls(values)[:, 0].tolist() == list(rows.values())
