"""Entropies and divergences of next-token distributions: by hand, by laws, and against scipy in float64."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy

from crosspatch.measures.distributions import distances, distribution_of, kl

ROWS = st.lists(st.lists(st.floats(-30, 30, width=32), min_size=6, max_size=6), min_size=1, max_size=4)


def of(*probabilities):
    return distribution_of(torch.tensor([probabilities]).log())


def test_by_hand():
    p, q = of(0.5, 0.25, 0.25), of(0.25, 0.25, 0.5)
    apart = distances(p, q)
    assert p.entropy.item() == pytest.approx(1.5 * math.log(2), abs=1e-6)
    assert apart.forward.item() == pytest.approx(0.25 * math.log(2), abs=1e-6)
    assert apart.backward.item() == pytest.approx(0.25 * math.log(2), abs=1e-6)
    mixed = -(2 * 0.375 * math.log(0.375) + 0.25 * math.log(0.25))
    assert apart.js.item() == pytest.approx(mixed - 1.5 * math.log(2), abs=1e-6)


def test_the_two_directions_are_told_apart():
    p, q = of(0.9, 0.1), of(0.5, 0.5)
    forward = 0.9 * math.log(1.8) + 0.1 * math.log(0.2)
    backward = -0.5 * math.log(1.8) - 0.5 * math.log(0.2)
    assert distances(p, q).forward.item() == pytest.approx(forward, abs=1e-6)
    assert distances(p, q).backward.item() == pytest.approx(backward, abs=1e-6)
    assert distances(q, p).forward.item() == pytest.approx(backward, abs=1e-6)


def test_impossible_tokens_add_nothing():
    logits, others = torch.tensor([[1.0, 2.0, 0.5]]), torch.tensor([[0.0, 2.0, 3.0]])
    spare = torch.full((1, 2), -math.inf)
    masked = [distribution_of(torch.cat([spare, one, spare], dim=1)) for one in (logits, others)]
    plain = [distribution_of(one) for one in (logits, others)]
    for field in ("forward", "backward", "js"):
        torch.testing.assert_close(getattr(distances(*masked), field), getattr(distances(*plain), field))
    torch.testing.assert_close(masked[0].entropy, plain[0].entropy)
    assert masked[0].chances[0, :2].tolist() == [0.0, 0.0]


def test_what_one_of_the_two_all_but_excludes_is_far_and_finite():
    certain, other = distribution_of(torch.tensor([[0.0, -300.0]])), distribution_of(torch.tensor([[-300.0, 0.0]]))
    apart = distances(certain, other)
    assert (apart.forward.item(), apart.backward.item()) == pytest.approx((300, 300))
    assert apart.js.item() == pytest.approx(math.log(2))
    assert certain.entropy.item() == 0


@given(ROWS)
def test_equal_distributions_are_apart_by_nothing_at_all(rows):
    logits = torch.tensor(rows)
    apart = distances(distribution_of(logits), distribution_of(logits.clone()))
    for field in (apart.forward, apart.backward, apart.js):
        assert field.tolist() == [0.0] * len(rows)


@given(ROWS, st.permutations(range(6)))
def test_against_scipy_and_within_bounds(rows, order):
    logits = torch.tensor(rows)
    p, q = distribution_of(logits), distribution_of(logits[:, order])
    apart = distances(p, q)
    exact = torch.softmax(logits.double(), -1).numpy()
    for place, (one, other) in enumerate(zip(exact, exact[:, order], strict=True)):
        assert p.entropy[place].item() == pytest.approx(entropy(one), abs=1e-5)
        assert apart.forward[place].item() == pytest.approx(entropy(one, other), abs=1e-4)
        assert apart.backward[place].item() == pytest.approx(entropy(other, one), abs=1e-4)
        mixed = (one + other) / 2
        js = (entropy(one, mixed) + entropy(other, mixed)) / 2
        assert apart.js[place].item() == pytest.approx(js, abs=1e-5)
    assert (apart.forward >= 0).all()
    assert (apart.backward >= 0).all()
    assert ((apart.js >= 0) & (apart.js <= math.log(2))).all()
    back = distances(q, p)
    assert torch.equal(apart.js, back.js)
    torch.testing.assert_close(apart.forward, back.backward)
    torch.testing.assert_close(apart.forward, kl(p.logs, q.logs))
    torch.testing.assert_close(apart.backward, kl(q.logs, p.logs))


def test_a_large_vocabulary_keeps_its_digits_and_a_row_does_not_feel_its_neighbours():
    drawn = 3 * torch.randn(2, 4, 50_000, generator=torch.Generator().manual_seed(0))
    logits, others = drawn
    p, q = distribution_of(logits), distribution_of(others)
    one, other = (torch.log_softmax(part.double(), -1) for part in (logits, others))
    torch.testing.assert_close(p.entropy.double(), -(one.exp() * one).sum(-1), atol=1e-5, rtol=1e-5)
    expected = (one.exp() * (one - other)).sum(-1)
    torch.testing.assert_close(distances(p, q).forward.double(), expected, atol=1e-5, rtol=1e-5)
    alone = distances(distribution_of(logits[2:3]), distribution_of(others[2:3]))
    for field in ("forward", "backward", "js"):
        assert getattr(alone, field)[0] == getattr(distances(p, q), field)[2]
