"""Ranks, entropies and margins of logits, by hand and against other formulae."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical

from crosspatch.measures.choices import entropy, log_probabilities, margin, rank_of

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
    assert entropy(log_probabilities(flat)).item() == pytest.approx(math.log(8))
    assert entropy(log_probabilities(certain)).item() == 0.0
    assert entropy(log_probabilities(masked)).item() == pytest.approx(math.log(2))


@given(ROWS)
def test_entropy_is_that_of_the_distribution(rows):
    logits = torch.tensor(rows)
    expected = Categorical(logits=logits.double()).entropy().float()
    torch.testing.assert_close(entropy(log_probabilities(logits)), expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(
        entropy(log_probabilities(logits + 5)), entropy(log_probabilities(logits)), atol=1e-5, rtol=1e-5
    )
    assert (entropy(log_probabilities(logits)) >= 0).all()


def test_entropy_of_a_large_vocabulary_is_summed_in_float64():
    logits = 3 * torch.randn(2, 150_000, generator=torch.Generator().manual_seed(0))
    expected = Categorical(logits=logits.double()).entropy().float()
    assert torch.equal(entropy(log_probabilities(logits)), expected)


@given(ROWS)
def test_log_probabilities_differ_by_the_logits_and_sum_to_one(rows):
    logits = torch.tensor(rows)
    chances = log_probabilities(logits)
    torch.testing.assert_close(chances.exp().sum(-1), torch.ones(len(rows), dtype=torch.float64))
    torch.testing.assert_close(chances[:, 1] - chances[:, 0], (logits[:, 1].double() - logits[:, 0].double()))


def test_an_impossible_token_has_no_probability_and_a_certain_one_keeps_its_digits():
    chances = log_probabilities(torch.tensor([[30.0, 0.0, -math.inf]]))
    assert chances[0, 0].item() == pytest.approx(-math.log1p(math.exp(-30.0)), rel=1e-3)
    assert chances[0, 2].item() == -math.inf


def test_a_margin_is_tuned_minus_base():
    tuned, base = torch.tensor([1.5, -2.0]), torch.tensor([0.25, -1.0])
    assert margin(tuned, base).tolist() == [1.25, -1.0]
    assert margin(base, tuned).tolist() == [-1.25, 1.0]


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(Exception, match="base_logit"):
        margin(torch.zeros(3), torch.zeros(1))
    with pytest.raises(Exception, match="tokens"):
        rank_of(torch.zeros(3, 5), torch.zeros(2, dtype=torch.long))
