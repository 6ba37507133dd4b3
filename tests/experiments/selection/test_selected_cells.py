"""Cells at selected events: those of the factorial where the events are the same, and arms that pool others."""

import pandas as pd
import pytest

from crosspatch.experiments.selection.histories import select_histories
from crosspatch.experiments.selection.local_disagreements import select_local_disagreements
from crosspatch.experiments.selection.selected_cells import with_pooled_arms
from crosspatch.records.arms import REFERENCE
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.plan import Plan

KEY = ["prompt_id", "upstream", "late", "readout"]
MARGINS = ["margin_checkpoint", "margin_float32"]


def in_order(cells, columns):
    return cells.sort_values(KEY)[columns].reset_index(drop=True)


@pytest.fixture(scope="module")
def histories(pair, walk):
    paths, sides = walk(pair)
    return select_histories(pair.events, paths, horizons=(0, 1, 3, 6), primary=(1, 3), sides=sides)


@pytest.fixture(scope="module")
def history_cells(pair, histories, measure_selected):
    return measure_selected(pair, histories)


def test_after_no_token_both_histories_are_the_first_divergences_there(pair, history_cells, measure):
    columns = [*KEY, *MARGINS, "step", "base_token", "tuned_token", "consistent"]
    own = in_order(measure(pair.folders, pair.usable.query("step == 0"), pair.boundary), columns)
    for arm in ("tuned history, h = 0", "base history, h = 0"):
        found = in_order(history_cells[history_cells["arm"] == arm], columns)
        pd.testing.assert_frame_equal(found, own, check_exact=True)


def test_every_usable_event_is_measured_and_picked_again(histories, history_cells):
    single = history_cells[history_cells["arm"].str.contains("h =")]
    assert len(single) == 12 * histories["usable"].sum()
    assert single["consistent"].all()
    assert {tuple(row) for row in single[["prompt_id", "arm"]].to_numpy()} == {
        tuple(row) for row in histories.loc[histories["usable"], ["prompt_id", "arm"]].to_numpy()
    }
    assert set(histories.loc[~histories["usable"], "arm"]) >= {"tuned history, h = 6", "base history, h = 6"}


def test_a_pooled_arm_holds_the_events_of_its_horizons(history_cells):
    for side in ("tuned", "base"):
        names = [f"{side} history, h = 1", f"{side} history, h = 3"]
        key = [*KEY, "step"]
        single = history_cells[history_cells["arm"].isin(names)].drop(columns="arm").sort_values(key)
        pooled = history_cells[history_cells["arm"] == f"{side} history"].drop(columns="arm").sort_values(key)
        pd.testing.assert_frame_equal(pooled.reset_index(drop=True), single.reset_index(drop=True), check_exact=True)


def test_selected_events_of_a_real_pair(pair, walk, measure_selected, measure):
    paths, sides = walk(pair)
    events = select_local_disagreements(pair.events, paths, candidates=8, seed=1, sides=sides)
    cells = measure_selected(pair, events)
    counts = cells.groupby("arm")["prompt_id"].nunique()
    usable = events[events["usable"]]
    for arm, rows in usable.groupby("arm"):
        assert counts[arm] == len(rows) == (cells["arm"] == arm).sum() / 12
    assert counts["both paths"] == usable.query("pooled_arm.notna()")["prompt_id"].nunique()
    alone = usable[usable["arm"] == "tuned path"]
    expected = in_order(measure(pair.folders, alone, pair.boundary), [*KEY, *MARGINS])
    found = in_order(cells[cells["arm"] == "tuned path"], [*KEY, *MARGINS])
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def cells_of(prompt_id, arm, step, margins, *, consistent=True):
    """Cells by hand of one readout; margins of (base, base), (base, tuned), (tuned, base), (tuned, tuned)."""
    known = {"pair": "one", "prompt_id": prompt_id, "arm": arm, "pooled_arm": "both paths", "category": "facts"}
    known |= {"template": "raw", "step": step, "base_token": 1, "tuned_token": 2, "consistent": consistent}
    where = [(upstream, late) for upstream in ("base", "tuned") for late in ("base", "tuned")]
    return [
        known
        | {"upstream": upstream, "late": late, "readout": "common_tuned"}
        | {"margin_checkpoint": margin, "margin_float32": margin}
        for (upstream, late), margin in zip(where, margins, strict=True)
    ]


def test_both_paths_average_the_margins_of_a_prompt_by_hand():
    rows = [
        *cells_of("p0", "base path", 2, [0.0, 1.0, 0.0, 3.0]),  # interaction 2
        *cells_of("p0", "tuned path", 2, [0.0, 1.0, 1.0, 6.0], consistent=False),  # interaction 4, at the same step
        *cells_of("p1", "base path", 1, [0.0, 0.0, 0.0, 8.0]),  # interaction 8
        *cells_of("p1", "tuned path", 4, [1.0, 1.0, 0.0, 0.0]),  # interaction 0
        *cells_of("p2", "tuned path", 1, [0.0, 1.0, 0.0, 6.0]),  # interaction 5
    ]
    cells = with_pooled_arms(pd.DataFrame(rows))
    both = cells[cells["arm"] == "both paths"]
    assert len(both) == 4 * 4
    assert both.query("prompt_id == 'p0'")["margin_float32"].tolist() == [0.0, 1.0, 0.5, 4.5]
    assert not both.query("prompt_id == 'p0'")["consistent"].any()
    effects = estimate_arms({"one": cells}, ["one"], Plan("selection", 1, 100, 0.95))
    found = effects.query(
        "effect == 'interaction' and scope == 'one' and precision == 'float32' and method == 'prompt'"
    ).set_index("arm")
    assert found.loc["both paths", "value"] == pytest.approx((3 + 4 + 5) / 3)
    assert found.loc["both paths", ["n_events", "n_prompts"]].tolist() == [4, 3]
    assert found.loc["base path", "value"] == 5
    assert found.loc["tuned path", "value"] == 3
    assert REFERENCE not in found.index


def test_an_event_without_a_pooling_arm_is_in_its_own_only():
    rows = pd.DataFrame(cells_of("p0", "future pair", 0, [0.0, 1.0, 2.0, 3.0])).assign(pooled_arm=None)
    cells = with_pooled_arms(pd.concat([rows, pd.DataFrame(cells_of("p0", "base path", 1, [0.0] * 4))]))
    assert cells["arm"].value_counts().to_dict() == {"future pair": 4, "base path": 4, "both paths": 4}
