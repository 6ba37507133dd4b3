"""Statistics of cells that others measured, which have one precision only."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.claims.audit_published_records import estimate_selections, resolution
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.estimates import estimate_pair
from crosspatch.statistics.plan import Plan

SETTINGS = {"plan": Plan("headline", seed=1, draws=100, level=0.95), "positions": [3]}


@pytest.fixture
def coarse(make_cells):
    # Interactions by hand: (0 + 3) - (1 + 0) = 2; (.5 + 4) - (1 + 2.0625) = 1.4375; (0 + 1.125) - (0 + 0) = 1.125.
    margins = [(0.0, 1.0, 0.0, 3.0), (0.5, 1.0, 2.0625, 4.0), (0.0, 0.0, 0.0, 1.125)]
    events = [
        {"prompt_id": f"p{place}", "margins": row, "step": place, "consistent": place != 1}
        for place, row in enumerate(margins)
    ]
    frame = make_cells(events).drop(columns="margin_float32")
    return frame.assign(margin_checkpoint=np.concatenate(margins))


def test_a_table_without_float32_margins_has_one_precision(coarse):
    assert pair_cells(coarse).views == (("common_tuned", "checkpoint"),)
    rows = estimate_pair(coarse, **SETTINGS)
    assert set(rows["precision"]) == {"checkpoint"}


def test_a_table_without_any_margin_is_refused(coarse):
    with pytest.raises(
        MeasurementError, match=r"pair 'one': the cells table has none of the margins \['margin_float32'"
    ):
        pair_cells(coarse.drop(columns="margin_checkpoint"))


def test_each_selection_has_the_estimates_of_its_own_cells(coarse):
    rows = estimate_selections({"all": coarse, "headline": coarse[coarse["prompt_id"] != "p2"]}, **SETTINGS)
    wanted = {"effect": "interaction", "method": "prompt", "readout": "common_tuned"}
    found = rows[(rows[list(wanted)] == wanted).all(axis=1)].set_index(["selection", "arm"])["value"]
    assert found["all", "all"] == pytest.approx((2 + 1.4375 + 1.125) / 3)
    assert found["all", "consistent"] == pytest.approx((2 + 1.125) / 2)
    assert found["headline", "all"] == pytest.approx((2 + 1.4375) / 2)
    assert np.isnan(found["all", "position >= 3"])
    alone = estimate_pair(coarse, **SETTINGS)
    pd.testing.assert_frame_equal(
        rows[rows["selection"] == "all"].drop(columns="selection").reset_index(drop=True), alone
    )


def test_resolution_counts_multiples_of_each_step(coarse):
    rows = resolution(coarse).set_index(["quantity", "step"])
    # 2.0625 is a multiple of 1/16 only, 1.125 of 1/8; of the interactions 2, 1.4375 and 1.125 likewise.
    margins = [rows.loc["margin", step]["share"] for step in (1 / 16, 1 / 8, 1 / 4)]
    assert margins == [1.0, 11 / 12, 10 / 12]
    interactions = [rows.loc["interaction", step]["share"] for step in (1 / 16, 1 / 8, 1 / 4)]
    assert interactions == pytest.approx([1.0, 2 / 3, 1 / 3])
    assert rows["n"].to_dict() == {key: 12 if key[0] == "margin" else 3 for key in rows.index}


def test_a_number_just_above_a_multiple_is_none(coarse):
    above = coarse.assign(margin_checkpoint=1 + 2.0**-20)
    rows = resolution(above)
    assert set(rows.loc[rows["quantity"] == "margin", "share"]) == {0.0}
    assert set(rows.loc[rows["quantity"] == "interaction", "share"]) == {1.0}  # four equal margins: 0


def test_negative_numbers_are_multiples_too(coarse):
    turned = coarse.assign(margin_checkpoint=-coarse["margin_checkpoint"])
    pd.testing.assert_frame_equal(resolution(turned), resolution(coarse))
