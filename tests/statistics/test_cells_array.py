"""Cells arranged by event, and the refusals that name pair and prompt."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.statistics.cells_array import pair_cells

EVENTS = [
    {"prompt_id": "b", "step": 3, "margins": (1.0, 2.0, 3.0, 4.0)},
    {"prompt_id": "a", "step": 7, "margins": (5.0, 6.0, 7.0, 8.125)},
    {"prompt_id": "a", "step": 2, "margins": (9.0, 10.0, 11.0, 12.0)},
]


def test_events_are_in_the_order_of_prompt_and_step_and_cells_in_theirs(make_cells):
    cells = pair_cells(make_cells(EVENTS, readouts=("native", "common_tuned")))
    assert cells.pair == "one"
    assert cells.views == tuple((r, p) for r in ("common_tuned", "native") for p in ("float32", "checkpoint"))
    assert list(zip(cells.events["prompt_id"], cells.events["step"], strict=True)) == [("a", 2), ("a", 7), ("b", 3)]
    np.testing.assert_array_equal(cells.margins[:, 2], [[9, 10, 11, 12], [5, 6, 7, 8.125], [1, 2, 3, 4]])
    assert cells.margins[1, 1, 3] == 8.0  # the checkpoint's margin is the rounded one


def test_the_order_of_rows_does_not_matter(make_cells):
    frame = make_cells(EVENTS)
    straight, shuffled = pair_cells(frame), pair_cells(frame.sample(frac=1, random_state=5))
    np.testing.assert_array_equal(straight.margins, shuffled.margins)
    pd.testing.assert_frame_equal(straight.events, shuffled.events)


def test_a_missing_cell_is_named(make_cells):
    frame = make_cells(EVENTS, readouts=("common_tuned", "native"))
    lost = frame["prompt_id"].eq("b") & frame["readout"].eq("native")
    lost &= frame["upstream"].eq("tuned") & frame["late"].eq("base")
    message = "pair 'one', prompt 'b', step 3: no cell with upstream tuned, late base, readout native; measure all four"
    with pytest.raises(MeasurementError, match=message):
        pair_cells(frame[~lost])


@pytest.mark.parametrize("margin", ["margin_float32", "margin_checkpoint"])
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_margin_that_is_not_finite_is_named(make_cells, margin, number):
    frame = make_cells(EVENTS)
    frame.loc[5, margin] = number
    message = f"pair 'one', prompt 'a', step 7, upstream base, late tuned, readout common_tuned: {margin} is {number}"
    with pytest.raises(MeasurementError, match=message):
        pair_cells(frame)


def test_a_cell_that_occurs_twice_is_named(make_cells):
    frame = make_cells(EVENTS)
    with pytest.raises(
        MeasurementError, match="prompt 'b', step 3 has upstream base, late base, readout common_tuned more than once"
    ):
        pair_cells(pd.concat([frame, frame.head(1)]))


def test_rows_of_an_event_that_disagree_are_named(make_cells):
    frame = make_cells(EVENTS)
    frame.loc[2, "tuned_token"] = 77
    with pytest.raises(MeasurementError, match="pair 'one', prompt 'b', step 3: rows differ in one of"):
        pair_cells(frame)


def test_a_table_is_of_one_pair(make_cells):
    both = pd.concat([make_cells(EVENTS), make_cells(EVENTS, "two")])
    with pytest.raises(MeasurementError, match=r"of one pair and has events, but this one is of \['one', 'two'\]"):
        pair_cells(both)
    with pytest.raises(MeasurementError, match=r"has events, but this one is of \[\]"):
        pair_cells(both.head(0))
