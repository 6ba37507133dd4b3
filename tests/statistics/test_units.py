"""Prompts and clusters as units of resampling."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.units import GRID, aligned, all_labels, cell_means, clustered, filled, prompt_units

EVENTS = [
    {"prompt_id": "a", "step": 0, "margins": (1.0, 2.0, 3.0, 4.0)},
    {"prompt_id": "a", "step": 4, "margins": (3.0, 2.0, 1.0, 0.0)},
    {"prompt_id": "b", "step": 5, "margins": (8.0, 8.0, 8.0, 8.0)},
    {"prompt_id": "c", "step": 0, "margins": (0.0, 1.0, 0.0, 1.0)},
]


@pytest.fixture
def units(make_cells):
    cells = pair_cells(make_cells(EVENTS))
    step = cells.events["step"].to_numpy()
    return prompt_units(cells, [step >= 0, step >= 4, step >= 9])


def test_events_of_a_prompt_are_averaged_first_within_the_arm(units):
    assert list(units.labels) == ["a", "b", "c"]
    np.testing.assert_array_equal(units.totals[:, 0, 0], [[2, 2, 2, 2], [8, 8, 8, 8], [0, 1, 0, 1]])
    np.testing.assert_array_equal(units.totals[:, 1, 0], [[3, 2, 1, 0], [8, 8, 8, 8], [0, 0, 0, 0]])
    np.testing.assert_array_equal(units.sizes, [[1, 1, 0], [1, 1, 0], [1, 0, 0]])
    assert filled(units).tolist() == [3, 2, 0]


def test_means_are_over_the_prompts_of_the_arm(units):
    np.testing.assert_array_equal(cell_means(units)[0, 0], np.array([10, 11, 10, 11]) / 3)
    np.testing.assert_array_equal(cell_means(units)[1, 0], [5.5, 5.0, 4.5, 4.0])
    assert np.isnan(cell_means(units)[2]).all()


def test_clusters_add_up_their_prompts(units):
    clusters = clustered(units, pd.Series({"c": "y", "b": "x", "a": "y"}))
    assert list(clusters.labels) == ["x", "y"]
    np.testing.assert_array_equal(clusters.sizes[:, 0], [1, 2])
    np.testing.assert_array_equal(clusters.totals[1, 0, 0], [2, 3, 2, 3])
    np.testing.assert_array_equal(cell_means(clusters), cell_means(units))


def test_a_longer_list_of_labels_adds_nothing(units):
    longer = aligned(units, pd.Index(["0", "a", "b", "bb", "c"]))
    np.testing.assert_array_equal(longer.sizes[:, 0], [0, 1, 1, 0, 1])
    np.testing.assert_array_equal(cell_means(longer), cell_means(units))
    assert list(all_labels([units, longer])) == ["0", "a", "b", "bb", "c"]


def test_prompt_means_are_on_the_grid(make_cells):
    cells = pair_cells(make_cells([{"prompt_id": "a", "margins": (0.1, 1 / 3, np.pi, -25.7)}]))
    totals = prompt_units(cells, [np.array([True])]).totals[0, 0, 0]
    assert (totals / GRID == np.round(totals / GRID)).all()
    np.testing.assert_allclose(totals, [0.1, 1 / 3, np.pi, -25.7], rtol=0, atol=GRID / 2)
