"""The contrasts of the four cells: a table by hand, and the laws that hold whatever the margins are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crosspatch.measures.effects import (
    CELLS,
    CONTRASTS,
    EFFECTS,
    RATIOS,
    contrasts_of_cells,
    effects_of_cell_means,
    quotient,
)

BB, BT, TB, TT = range(4)
ANY_MARGINS = arrays(np.float64, (5, 4), elements=st.floats(-1e3, 1e3))
ON_GRID = arrays(np.int64, (5, 4), elements=st.integers(-6400, 6400)).map(lambda numbers: numbers / 64)


def named(margins):
    return dict(zip(CONTRASTS, np.moveaxis(contrasts_of_cells(margins), -1, 0), strict=True))


def test_the_cells_are_upstream_then_late():
    assert CELLS[BT] == ("base", "tuned")
    assert CELLS[TB] == ("tuned", "base")


def test_effects_by_hand():
    effects = dict(zip(EFFECTS, effects_of_cell_means(np.array([-2.0, -1.0, 0.5, 3.5])), strict=True))
    assert effects == {
        "portable": 1.0,  # -1 - -2
        "matched": 3.0,  # 3.5 - 0.5
        "interaction": 2.0,  # 3 - 1
        "late_main": 2.0,  # (1 + 3) / 2
        "upstream_main": 3.5,  # ((0.5 - -2) + (3.5 - -1)) / 2
        "native_shift": 5.5,  # 3.5 - -2
        "portable_share": 1 / 3,
        "matched_over_portable": 3.0,
        "interaction_share": 2 / 5.5,
    }


def test_a_planted_gate_is_recovered():
    upstream, late, gate, start = 1.25, 0.5, 2.75, -3.0
    effects = named(np.array([start, start + late, start + upstream, start + upstream + late + gate]))
    assert (effects["portable"], effects["matched"], effects["interaction"]) == (late, late + gate, gate)


@given(ANY_MARGINS)
def test_interaction_is_unchanged_when_upstream_and_late_exchange_roles(margins):
    exchanged = margins[:, [BB, TB, BT, TT]]
    np.testing.assert_array_equal(named(exchanged)["interaction"], named(margins)["interaction"])
    np.testing.assert_array_equal(named(exchanged)["late_main"], named(margins)["upstream_main"])


@given(ON_GRID)
def test_label_swap_flips_every_sign_and_no_ratio(margins):
    np.testing.assert_array_equal(contrasts_of_cells(-margins), -contrasts_of_cells(margins))
    ratios = slice(len(CONTRASTS), None)
    swapped, kept = (effects_of_cell_means(sign * margins)[:, ratios] for sign in (-1, 1))
    np.testing.assert_array_equal(swapped, kept)


@given(ON_GRID)
def test_native_shift_is_late_main_plus_upstream_main(margins):
    effects = named(margins)
    np.testing.assert_array_equal(effects["native_shift"], effects["late_main"] + effects["upstream_main"])
    np.testing.assert_array_equal(effects["interaction"], effects["matched"] - effects["portable"])
    np.testing.assert_array_equal(2 * effects["late_main"], effects["matched"] + effects["portable"])


@given(ANY_MARGINS)
def test_equal_late_stacks_have_no_late_effect_exactly(margins):
    effects = named(margins[:, [BB, BB, TB, TB]])
    for effect in ("portable", "matched", "interaction", "late_main"):
        assert not effects[effect].any(), effect


@given(ANY_MARGINS)
def test_equal_upstreams_have_no_interaction_exactly(margins):
    effects = named(margins[:, [BB, BT, BB, BT]])
    for effect in ("interaction", "upstream_main"):
        assert not effects[effect].any(), effect


def test_a_ratio_to_zero_is_missing():
    effects = dict(zip(EFFECTS, effects_of_cell_means(np.array([1.0, 1.0, 2.0, 2.0])), strict=True))
    assert np.isnan(effects["portable_share"])
    assert np.isnan(effects["matched_over_portable"])
    assert effects["interaction_share"] == 0.0


def test_every_contrast_ignores_a_shift_of_all_margins():
    assert all(sum(coefficients) == 0 for coefficients in CONTRASTS.values())


def test_ratios_are_of_known_contrasts():
    assert set().union(*RATIOS.values()) <= set(CONTRASTS)
    assert tuple(CONTRASTS) + tuple(RATIOS) == EFFECTS


def test_quotient_broadcasts_and_is_missing_at_zero():
    result = quotient(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0], [0.0]]))
    np.testing.assert_array_equal(result, [[0.5, 1.0], [np.nan, np.nan]])


@pytest.mark.parametrize("shape", [(3,), (2, 5)])
def test_other_than_four_cells_is_refused(shape):
    with pytest.raises(Exception, match="margins"):
        contrasts_of_cells(np.zeros(shape))
