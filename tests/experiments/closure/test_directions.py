"""Directions of differences and ratios of margins, by hand."""

import math

import numpy as np
import pytest
import torch

from crosspatch.experiments.closure.directions import fit_directions, of_norm
from crosspatch.experiments.closure.ratios import least_count, ratios

PLANTED = torch.tensor([[4.0, 1.0, 7.0], [-4.0, 1.0, 7.0], [0.0, 3.0, 7.0], [0.0, -1.0, 7.0]])
"""Mean (0, 1, 7); then 4 along the first axis, 2 along the second, nothing along the third."""


def test_mean_and_directions_by_hand():
    found = fit_directions(PLANTED)
    assert found.mean.tolist() == [0.0, 1.0, 7.0]
    assert found.rank == 2
    assert found.axes.abs().round(decimals=12).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    new = torch.tensor([2.0, 4.0, 9.0], dtype=torch.float64)
    assert found.projected(new, 1).tolist() == pytest.approx([2.0, 1.0, 7.0])
    assert found.projected(new, 2).tolist() == pytest.approx([2.0, 4.0, 7.0])
    assert torch.equal(found.projected(new, 9), found.projected(new, 2))
    assert (found.used(1), found.used(9)) == (1, 2)


def test_what_lies_in_the_span_is_projected_on_itself_and_rows_stay_apart():
    generator = torch.Generator().manual_seed(0)
    basis, mean = torch.randn(3, 20, generator=generator), torch.randn(20, generator=generator)
    found = fit_directions(torch.randn(30, 3, generator=generator) @ basis + mean)
    new = (torch.randn(5, 3, generator=generator) @ basis + mean).double()
    assert found.rank >= 3
    torch.testing.assert_close(found.projected(new, 3), new, atol=1e-5, rtol=1e-5)
    assert torch.allclose(found.projected(new, 2)[1], found.projected(new[1], 2))


def test_identical_differences_have_no_direction_but_a_mean():
    found = fit_directions(torch.ones(4, 6))
    assert found.rank == 0
    assert found.projected(torch.zeros(6, dtype=torch.float64), 3).tolist() == [1.0] * 6


def test_bfloat16_states_have_differences_of_their_own():
    rows = PLANTED.bfloat16()
    assert torch.equal(fit_directions(rows).axes, fit_directions(PLANTED).axes)


def test_norms():
    assert of_norm(torch.tensor([3.0, 4.0]), torch.tensor(10.0)).tolist() == pytest.approx([6.0, 8.0])
    assert of_norm(torch.zeros(2), torch.tensor(10.0)).tolist() == [0.0, 0.0]


def test_a_tiny_missing_margin_has_no_ratio():
    found = ratios(np.array([1.0, -2.0, 3.0, 3.0]), np.array([2.0, 4.0, 0.0, -1e-9]))
    assert found[:2].tolist() == [0.5, -0.5]
    assert np.isnan(found[2:]).all()


def test_least_counts_are_of_the_grid_and_not_between():
    counts, full = (1, 4, 16), np.array(1.0)
    assert least_count(counts, np.array([0.1, 0.89, 0.95]), full) == 16
    assert least_count(counts, np.array([0.1, 0.90, 0.2]), full) == 4  # the first, though later ones fall
    assert least_count(counts, np.array([1.2, 0.0, 0.0]), full) == 1
    assert math.isinf(least_count(counts, np.array([0.1, 0.2, 0.3]), full))
    assert np.isnan(least_count(counts, np.array([0.1, 0.2, 0.3]), np.array(-1.0)))
    drawn = least_count(counts, np.array([[0.9, 1.0, 1.0], [0.0, 1.0, 1.0]]), np.array([1.0, 1.0]))
    assert drawn.tolist() == [1, 4]
