"""The affine maps of a lens: what zeros do, what a planted map does, and in which dtype."""

import pytest
import torch

from crosspatch.models.lens import Lens, lens_of, raw_lens, tensors_of


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_zeros_are_the_raw_lens_bit_for_bit(dtype):
    states = torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(0)).to(dtype)
    read = raw_lens(2, 8).translated(states, 1)
    assert read.dtype == dtype
    assert torch.equal(read, states)


def test_each_block_has_its_own_map():
    weight = torch.tensor([[[0.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, -1.0]]])
    lens = Lens(weight, torch.tensor([[0.0, 0.0], [10.0, 20.0]]))
    states = torch.tensor([[2.0, 3.0]])
    assert lens.translated(states, 0).tolist() == [[5.0, 3.0]]
    assert lens.translated(states, 1).tolist() == [[14.0, 20.0]]


def test_a_lens_is_stored_as_it_is():
    lens = Lens(torch.randn(2, 3, 3), torch.randn(2, 3))
    stored = lens_of(tensors_of(lens))
    assert torch.equal(stored.weight, lens.weight)
    assert torch.equal(stored.bias, lens.bias)
