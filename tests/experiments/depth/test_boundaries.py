"""The arms of a sweep over boundaries: which boundary each is, and that the registered one is the pair's own."""

import pandas as pd
import pytest

from crosspatch.errors import ConfigError
from crosspatch.experiments.depth.boundaries import (
    arms_by_boundary,
    depth_arms,
    relative_depths,
    swept_boundaries,
    values_by_boundary,
)
from crosspatch.experiments.depth.sweep import measure_crossed_cells
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.boundaries import capture_every_boundary
from crosspatch.models.halves import load_late_halves, load_upstream
from crosspatch.models.readout import load_readout

BLOCKS, REGISTERED = 5, 3  # of the tiny pairs
TERMINAL = (3, 1)


@pytest.fixture(scope="module")
def swept(pair, tokenizer, placement):
    """The crossed cells of a pair at every boundary."""
    planned = plan_batches(pair.usable["context"].map(len).tolist(), plan="exact", tokens=128)
    boundaries = swept_boundaries(BLOCKS, REGISTERED, stride=1, terminal=TERMINAL)
    captured = {
        side: capture_every_boundary(
            load_upstream(folder, boundaries[-1], placement), boundaries, pair.usable, planned, device="cpu"
        )
        for side, folder in pair.folders.items()
    }
    states = {boundary: {side: captured[side][boundary] for side in captured} for boundary in boundaries}
    readouts = {side: load_readout(folder, tokenizer, placement) for side, folder in pair.folders.items()}
    halves = {side: load_late_halves(folder, boundaries, placement) for side, folder in pair.folders.items()}
    tables = [
        measure_crossed_cells(halves[side], side, states, readouts, pair.usable, planned, device="cpu")
        for side in halves
    ]
    return boundaries, pd.concat(tables, ignore_index=True)


def in_order(cells):
    key = ["prompt_id", "upstream", "late", "readout"]
    return cells.sort_values(key, ignore_index=True)


def test_the_arm_of_the_registered_boundary_is_the_pairs_own_cells_bit_for_bit(pair, measure, swept, table_round_trip):
    boundaries, crossed = swept
    own = measure(pair.folders, pair.events, pair.boundary)
    arms = depth_arms(boundaries, BLOCKS, TERMINAL)
    table = table_round_trip(arms_by_boundary(own, crossed, arms), "control_cells")
    assert set(table["arm"]) == set(arms)
    registered = in_order(table[table["arm"] == f"boundary {REGISTERED}"])
    pd.testing.assert_frame_equal(registered.drop(columns="arm"), in_order(own)[registered.columns.drop("arm")])
    crossing = table["upstream"] != table["late"]
    assert table.groupby("arm").size().eq(len(own)).all()
    for arm, rows in table[~crossing].groupby("arm"):
        expected = in_order(own[own["upstream"] == own["late"]])
        found = in_order(rows)["margin_float32"]
        pd.testing.assert_series_equal(found, expected["margin_float32"], obj=arm)
    last = in_order(table[(table["arm"] == "last 1 block") & crossing])["margin_float32"]
    assert not last.equals(in_order(own[own["upstream"] != own["late"]])["margin_float32"])


def test_any_boundary_is_what_the_factorial_measures_there(llama, measure, placement, tokenizer):
    planned = plan_batches(llama.usable["context"].map(len).tolist(), plan="exact", tokens=128)
    captured = {
        side: capture_every_boundary(load_upstream(folder, 4, placement), (2, 4), llama.usable, planned, device="cpu")
        for side, folder in llama.folders.items()
    }
    states = {boundary: {side: captured[side][boundary] for side in captured} for boundary in (2, 4)}
    readouts = {side: load_readout(folder, tokenizer, placement) for side, folder in llama.folders.items()}
    crossed = pd.concat(
        measure_crossed_cells(
            load_late_halves(folder, (2, 4), placement), side, states, readouts, llama.usable, planned, device="cpu"
        )
        for side, folder in llama.folders.items()
    )
    own = measure(llama.folders, llama.events, 3)
    table = arms_by_boundary(own, crossed, {"boundary 2": 2, "last 1 block": 4})
    for arm, boundary in (("boundary 2", 2), ("last 1 block", 4)):
        there = in_order(measure(llama.folders, llama.events, boundary))
        found = in_order(table[table["arm"] == arm])
        columns = ["prompt_id", "upstream", "late", "readout", "margin_checkpoint", "margin_float32"]
        pd.testing.assert_frame_equal(found[columns], there[columns])


def test_the_registered_and_the_terminal_boundaries_are_measured_whatever_the_stride():
    assert swept_boundaries(8, 5, stride=1, terminal=(3, 1)) == [1, 2, 3, 4, 5, 6, 7]
    assert swept_boundaries(32, 19, stride=10, terminal=(3, 1)) == [1, 11, 19, 21, 29, 31]
    assert swept_boundaries(2, 1, stride=5, terminal=(1,)) == [1]


def test_a_terminal_stack_as_long_as_the_whole_is_refused():
    with pytest.raises(ConfigError, match=r"controls/depth/terminal asks for the last 8 of 8 blocks; .* 7 at most"):
        swept_boundaries(8, 5, stride=1, terminal=(8,))


def test_arms_of_eight_blocks():
    arms = depth_arms(list(range(1, 8)), 8, (3, 1))
    assert list(arms)[:7] == [f"boundary {boundary}" for boundary in range(1, 8)]
    assert (arms["last 3 blocks"], arms["last 1 block"]) == (5, 7)
    tenths = [arms[f"depth 0.{tenth}"] for tenth in range(1, 10)]
    assert tenths == [1, 2, 2, 3, 4, 5, 6, 6, 7]  # 0.8, 1.6, 2.4, ... 7.2 blocks


def test_families_of_different_depth_share_tenths_and_last_blocks():
    shallow, deep = (
        depth_arms(swept_boundaries(blocks, own, stride=2, terminal=(1,)), blocks, (1,))
        for blocks, own in ((6, 3), (10, 6))
    )
    assert set(shallow) - set(deep) == set()
    assert set(deep) - set(shallow) == {"boundary 6", "boundary 7", "boundary 9"}
    assert (shallow["last 1 block"], deep["last 1 block"]) == (5, 9)
    assert (shallow["depth 0.6"], deep["depth 0.6"]) == (3, 6)


def test_of_two_boundaries_as_near_the_lower_is_taken():
    assert depth_arms([2, 4], 10, (1,))["depth 0.3"] == 2
    assert depth_arms([3, 8], 10, (1,))["depth 0.1"] == 3  # the nearest that was measured, however far


def test_relative_depths_are_of_every_arm_and_of_the_pairs_own_cells(table_round_trip):
    events = pd.DataFrame({"pair": "one", "prompt_id": ["a", "b"], "step": [0.0, 2.0]})
    arms = {"boundary 2": 2, "last 1 block": 7, "depth 0.2": 2}
    values = table_round_trip(relative_depths(events, arms, 8, 5), "control_values")
    found = values.drop_duplicates("arm").set_index("arm")["value"]
    assert found.to_dict() == {"first divergence": 0.625, "boundary 2": 0.25, "last 1 block": 0.875, "depth 0.2": 0.25}
    assert all(rows["prompt_id"].tolist() == ["a", "b"] for _, rows in values.groupby("arm"))
    assert set(values["quantity"]) == {"relative_depth"}


def test_a_value_of_a_boundary_is_in_each_of_its_arms_and_in_no_other(table_round_trip):
    measured = pd.DataFrame(
        {"prompt_id": "a", "step": 1, "boundary": [2, 3], "quantity": "event_cosine_distance", "value": [0.5, 0.25]}
    )
    arms = {"boundary 2": 2, "boundary 3": 3, "depth 0.9": 3}
    values = table_round_trip(values_by_boundary(measured, "one", arms), "control_values")
    assert values.set_index("arm")["value"].to_dict() == {"boundary 2": 0.5, "boundary 3": 0.25, "depth 0.9": 0.25}
