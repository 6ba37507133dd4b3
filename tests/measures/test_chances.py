"""Odds and probabilities, by hand, at their ends, and against softmax."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from crosspatch.measures.chances import log_odds, two_token_probability

LOGITS = st.lists(st.floats(-12, 12), min_size=2, max_size=2)


def test_log_odds_by_hand():
    assert log_odds(np.log([0.5, 0.75, 0.2])) == pytest.approx([0.0, np.log(3), -np.log(4)], abs=1e-15)


@given(LOGITS)
def test_of_two_tokens_the_log_odds_are_the_margin_and_opposite(logits):
    margin = logits[1] - logits[0]
    base, tuned = log_odds(special.log_softmax(np.array(logits)))
    # Where p is within rounding of 1, log p holds 1 - p with fewer digits.
    assert tuned == pytest.approx(margin, rel=1e-9, abs=1e-9 + 1e-15 * np.exp(abs(margin)))
    assert base == pytest.approx(-margin, rel=1e-9, abs=1e-9 + 1e-15 * np.exp(abs(margin)))
    assert two_token_probability(np.array([margin])) == pytest.approx(special.softmax(logits)[1], rel=1e-12)


def test_nearly_certain_and_nearly_impossible_tokens_keep_their_digits():
    assert log_odds(np.array([-1e-12])) == pytest.approx(-np.log(1e-12), rel=1e-9)
    assert log_odds(np.array([-745.0])) == pytest.approx(-745.0, rel=1e-12)
    assert log_odds(np.array([0.0])) == np.inf


def test_log_odds_grow_with_the_probability_through_one_half():
    probabilities = np.linspace(0.01, 0.99, 99)
    odds = log_odds(np.log(probabilities))
    assert (np.diff(odds) > 0).all()
    assert odds == pytest.approx(-odds[::-1], abs=1e-12)
