"""Ranks, entropies and margins of logits, by hand and against other formulae."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical

from crosspatch.measures.choices import entropy, margin, rank_of

ROWS = st.lists(st.lists(st.floats(-30, 30, width=32), min_size=6, max_size=6), min_size=1, max_size=4)


def test_ranks_by_hand():
    logits = torch.tensor([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [5.0, 5.0, 1.0], [-math.inf, 0.0, -math.inf]])
    assert rank_of(logits, torch.tensor([0, 1, 1, 2])).tolist() == [1, 3, 1, 2]


@given(ROWS)
def test_ranks_are_places_in_the_sorted_row(rows):
    logits = torch.tensor(rows)
    for token in range(6):
        ranks = rank_of(logits, torch.full((len(rows),), token))
        assert ranks.tolist() == [sorted(row, reverse=True).index(row[token]) + 1 for row in logits.tolist()]


def test_entropy_of_dumb_cases():
    flat, certain, masked = torch.zeros(1, 8), torch.tensor([[0.0, 200.0]]), torch.tensor([[1.0, 1.0, -math.inf]])
    assert entropy(flat).item() == pytest.approx(math.log(8))
    assert entropy(certain).item() == 0.0
    assert entropy(masked).item() == pytest.approx(math.log(2))


@given(ROWS)
def test_entropy_is_that_of_the_distribution(rows):
    logits = torch.tensor(rows)
    expected = Categorical(logits=logits.double()).entropy().float()
    torch.testing.assert_close(entropy(logits), expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(entropy(logits + 5), entropy(logits), atol=1e-5, rtol=1e-5)
    assert (entropy(logits) >= 0).all()


def test_entropy_of_a_large_vocabulary_is_summed_in_float64():
    logits = 3 * torch.randn(2, 150_000, generator=torch.Generator().manual_seed(0))
    expected = Categorical(logits=logits.double()).entropy().float()
    assert torch.equal(entropy(logits), expected)


def test_a_margin_is_tuned_minus_base():
    tuned, base = torch.tensor([1.5, -2.0]), torch.tensor([0.25, -1.0])
    assert margin(tuned, base).tolist() == [1.25, -1.0]
    assert margin(base, tuned).tolist() == [-1.25, 1.0]


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(Exception, match="base_logit"):
        margin(torch.zeros(3), torch.zeros(1))
    with pytest.raises(Exception, match="tokens"):
        rank_of(torch.zeros(3, 5), torch.zeros(2, dtype=torch.long))
