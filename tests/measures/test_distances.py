"""Distances of states: zero where they are equal, known values, and no dependence on unit or order."""

import pytest
import torch

from crosspatch.measures.distances import cosine_distance, relative_distance

MEASURES = [relative_distance, cosine_distance]


def states(seed, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_equal_states_are_exactly_zero_apart(measure, dtype):
    own = states(1, 7, 64, dtype=dtype)
    assert measure(own, own.clone()).tolist() == [0.0] * 7


@pytest.mark.parametrize("measure", MEASURES)
def test_neither_order_nor_a_common_unit_matters(measure):
    left, right = states(1, 5, 16), states(2, 5, 16)
    torch.testing.assert_close(measure(left, right), measure(right, left))
    torch.testing.assert_close(measure(left, right), measure(8 * left, 8 * right))
    assert measure(left, right).shape == (5,)


def test_hand_computed_distances():
    left = torch.tensor([[3.0, 4.0], [1.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 0.0]])
    right = torch.tensor([[3.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [6.0, 0.0], [0.0, 0.0]])
    assert relative_distance(left, right).tolist() == pytest.approx([4 / 4, 2**0.5, 2.0, 4 / 4, 0.0])
    assert cosine_distance(left, right).tolist() == pytest.approx([1 - 3 / 5, 1.0, 2.0, 0.0, 0.0])


def test_cosine_distance_is_one_minus_the_cosine():
    left, right = states(3, 20, 48).double(), states(4, 20, 48).double()
    torch.testing.assert_close(cosine_distance(left, right), 1 - torch.cosine_similarity(left, right, dim=-1))
