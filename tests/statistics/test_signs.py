import numpy as np
import pytest

from crosspatch.statistics.signs import sign_test


def test_the_sign_test_by_hand():
    share, p_value = sign_test(np.array([1.0, 2.0, 3.0, 4.0, -5.0]))
    assert (share, p_value) == (0.8, pytest.approx(2 * (1 + 5) / 32))


def test_five_units_cannot_give_less_than_a_sixteenth():
    assert sign_test(np.full(5, 0.1)) == (1.0, pytest.approx(1 / 16))
    assert sign_test(np.full(5, -0.1)) == (0.0, pytest.approx(1 / 16))


def test_without_units_nothing_is_known():
    assert np.isnan(sign_test(np.array([]))).all()
