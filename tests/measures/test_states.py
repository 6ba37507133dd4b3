"""States made of two others: hand-computed cases, the laws that each keeps, and what describes the size of a state."""

import ast
from pathlib import Path

import numpy as np
import pytest
import torch

import crosspatch
from crosspatch.measures.states import interpolated, permuted_displacement, rescaled, sizes


def states(seed, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    base, tuned = torch.randn((2, 7, 12), generator=generator)
    return (10 * base).to(dtype), (3 * tuned + base).to(dtype)


def rms(state):
    return state.float().square().mean(-1).sqrt()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_ends_of_an_interpolation_are_the_two_states_exactly(dtype):
    base, tuned = states(1, dtype)
    assert torch.equal(interpolated(base, tuned, 0.0), base)
    assert torch.equal(interpolated(base, tuned, 1.0), tuned)
    assert interpolated(base, tuned, 0.5).dtype == dtype


def test_an_interpolation_by_hand():
    base, tuned = torch.tensor([[0.0, 4.0]]), torch.tensor([[8.0, 0.0]])
    assert interpolated(base, tuned, 0.25).tolist() == [[2.0, 3.0]]


def test_a_mixture_of_coarse_states_is_computed_in_float32():
    base = torch.tensor([[256.0, 1.0]], dtype=torch.bfloat16)
    tuned = torch.tensor([[-256.0, 3.0]], dtype=torch.bfloat16)
    # In bfloat16 the two products would each be rounded to multiples of 1 before they nearly cancel.
    assert interpolated(base, tuned, 0.501).tolist() == [[-0.51171875, 2.0]]


def test_a_permuted_displacement_by_hand():
    base, tuned = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]), torch.tensor([[2.0, 3.0, 5.0], [10.0, 20.0, 30.0]])
    moved = permuted_displacement(base, tuned, torch.tensor([2, 0, 1]), torch.tensor([1.0, -1.0, 1.0]))
    assert moved.tolist() == [[5.0, 0.0, 3.0], [30.0, -10.0, 20.0]]


def test_a_permuted_displacement_is_as_large_as_the_displacement_at_every_position():
    base, tuned = states(2)
    moved = permuted_displacement(base, tuned, torch.randperm(12), 1 - 2.0 * torch.randint(0, 2, (12,)))
    assert not torch.allclose(moved, tuned)
    torch.testing.assert_close((moved - base).norm(dim=-1), (tuned - base).norm(dim=-1))


def test_no_permutation_and_no_sign_gives_the_tuned_state():
    base, tuned = states(3)
    torch.testing.assert_close(permuted_displacement(base, tuned, torch.arange(12), torch.ones(12)), tuned)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 4e-3)])
def test_a_rescaled_state_has_the_hosts_size_and_its_own_direction(dtype, tolerance):
    state, host = states(4, dtype)
    given = rescaled(state, host)
    assert given.dtype == dtype
    torch.testing.assert_close(rms(given), rms(host), rtol=tolerance, atol=0)
    cosine = torch.nn.functional.cosine_similarity(given.float(), state.float(), dim=-1)
    torch.testing.assert_close(cosine, torch.ones(7), rtol=tolerance, atol=0)


def test_a_state_of_zeros_cannot_be_rescaled():
    assert not torch.isfinite(rescaled(torch.zeros(2, 4), torch.ones(2, 4))).any()


def test_sizes_are_those_of_numpy():
    state, _ = states(5)
    array = state.numpy().astype(np.float64)
    expected = [np.sqrt((array**2).mean()), np.sqrt((array[-1] ** 2).mean()), array.std(), array[-1].std()]
    np.testing.assert_allclose(sizes(state).numpy(), expected, rtol=1e-12)


def test_sizes_of_a_constant_state():
    assert sizes(torch.full((3, 4), -2.0)).tolist() == pytest.approx([2.0, 2.0, 0.0, 0.0])


def test_code_with_tensors_takes_no_square_root_of_one():
    """Torch takes it from MKL's vector functions, which no setting pins: its last digit differs between processors."""
    texts = [path.read_text() for path in Path(crosspatch.__file__).parent.rglob("*.py")]
    nodes = [node for text in texts if "import torch" in text for node in ast.walk(ast.parse(text))]
    taken = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in ("sqrt", "sqrt_")]
    assert len(nodes) > 10_000
    assert {ast.unparse(node.value) for node in taken} <= {"math", "np"}
