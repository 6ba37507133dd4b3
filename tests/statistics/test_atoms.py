"""Units regrouped by the arms that they serve: nothing lost, nothing counted twice."""

import numpy as np
import pytest

from crosspatch.statistics.atoms import atoms_of, sums_of_counts
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.units import prompt_units

SINGLE = [{"prompt_id": f"p{number}", "step": number % 5, "margins": (number, 1, 2, number)} for number in range(12)]
REPEATED = [*SINGLE, {"prompt_id": "p0", "step": 7, "margins": (9, 9, 9, 9)}]


def units_of(make_cells, events):
    cells = pair_cells(make_cells(events))
    step = cells.events["step"].to_numpy()
    return prompt_units(cells, [step >= 0, step >= 2, step >= 4, step == 1, step > 99])


@pytest.mark.parametrize("events", [SINGLE, REPEATED], ids=["one event a prompt", "a prompt with two events"])
def test_atoms_hold_every_amount_once(make_cells, events):
    units = units_of(make_cells, events)
    totals, sizes = np.zeros_like(units.totals), np.zeros_like(units.sizes)
    for atom in atoms_of(units):
        served = np.ix_(atom.units, atom.arms)
        assert (sizes[served] == 0).all()
        totals[served] += atom.totals[:, np.newaxis]
        sizes[served] += atom.sizes[:, np.newaxis]
    np.testing.assert_array_equal(totals, units.totals)
    np.testing.assert_array_equal(sizes, units.sizes)


def test_a_prompt_with_one_event_is_in_one_atom(make_cells):
    atoms = atoms_of(units_of(make_cells, SINGLE))
    assert sorted(unit for atom in atoms for unit in atom.units) == list(range(12))
    assert len(atoms) == 4  # steps 0, 1, 2 and 3, 4


@pytest.mark.parametrize("events", [SINGLE, REPEATED], ids=["one event a prompt", "a prompt with two events"])
def test_sums_are_those_of_the_units_one_by_one(make_cells, events):
    units = units_of(make_cells, events)
    counts = np.random.default_rng(0).integers(0, 3, (6, len(units.labels))).astype(np.float64)
    totals, sizes = sums_of_counts(counts, atoms_of(units))
    np.testing.assert_array_equal(sizes, (counts @ units.sizes).T)
    np.testing.assert_array_equal(totals, np.einsum("du,usvc->svcd", counts, units.totals))
