import numpy as np
import pytest

from crosspatch.figures.words import with_interval


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (-22.4, 13.6, "0.12 [-22.40, 13.60]"),
        (0.05, 0.62, "0.12 [0.05, 0.62]"),
        (0.1, 0.1625, "0.123 [0.100, 0.163]"),
        (0.1204, 0.1261, "0.1235 [0.1204, 0.1261]"),
        (0.12345, 0.12347, "0.1235 [0.1235, 0.1235]"),
        (0.1, 0.1, "0.12 [0.10, 0.10]"),
        (np.nan, 0.2, "0.12"),
    ],
)
def test_narrow_intervals_have_more_digits(low, high, shown):
    assert with_interval(0.12346, low, high) == shown


def test_numbers_that_print_as_zero_have_no_sign():
    assert with_interval(-0.001, -1.0, 0.5) == "0.00 [-1.00, 0.50]"
