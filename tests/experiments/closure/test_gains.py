"""From margins of moved states to closures, by hand; families of other depths, ranks and lengths beside one another."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.experiments.closure.counts import count_rows, ratio_rows
from crosspatch.experiments.closure.gains import closure_values
from crosspatch.experiments.closure.names import BASE_STATE, FULL, MEAN, RANDOM, TUNED_STATE
from crosspatch.records.arms import seeded
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.values import estimate_values

PLAN = Plan("closure", seed=3, draws=400, level=0.9)
ALL = f"{FULL}, all positions"
FLOOR = {"a": 1.0, "b": -2.0, "c": 0.5}
MISSING = {"a": 4.0, "b": 2.0, "c": 1e-10}
GAINED = {
    "1 direction": {"a": 1.0, "b": 0.0, "c": 0.5},
    "4 directions": {"a": 2.0, "b": 2.0, "c": 0.5},
    MEAN: {"a": 0.5, "b": 0.5, "c": 0.5},
    FULL: {"a": 3.0, "b": 1.0, "c": 0.0},
    seeded(RANDOM, 0): {"a": 1.0, "b": 1.0, "c": 0.0},
    seeded(RANDOM, 1): {"a": -1.0, "b": 0.0, "c": 0.0},
}


def moved(*, boundaries=(2, 3), registered=3, blocks=5, pair="one", scale=1.0, rank=3):
    """Margins of three events, planted; at other boundaries than the registered one nothing but FULL gains."""
    rows = []
    for boundary in boundaries:
        gained = {BASE_STATE: dict.fromkeys(FLOOR, 0.0), TUNED_STATE: MISSING, ALL: MISSING} | GAINED
        for arm, by_prompt in gained.items():
            for prompt, own in by_prompt.items():
                silent = boundary != registered and arm in ("1 direction", "4 directions")
                margin = FLOOR[prompt] + scale * (0.0 if silent else own)
                rows.append({"prompt_id": prompt, "arm": arm, "boundary": boundary, "margin_float32": margin})
    used = {"1 direction": 1, "4 directions": rank}
    frame = pd.DataFrame(rows)
    return frame.assign(
        pair=pair, step=2, blocks=blocks, rank=rank, n_fitted=7, margin_checkpoint=frame["margin_float32"].round(1),
        is_registered=frame["boundary"] == registered, directions=frame["arm"].map(used).astype("Int64"),
    )  # fmt: skip


def value(values, arm, quantity, prompt, precision="float32"):
    own = values[(values["arm"] == arm) & (values["quantity"] == quantity) & (values["prompt_id"] == prompt)]
    own = own[(own["precision"] == precision) | own["precision"].isna()]
    return own["value"].tolist()


def test_values_by_hand(table_round_trip):
    values = table_round_trip(closure_values(moved(), 4), "control_values")
    for place in ("registered", "boundary 3"):
        assert value(values, f"{place}, 4 directions", "gained_margin", "a") == [2.0]
        assert value(values, f"{place}, 4 directions", "missing_margin", "a") == [4.0]
        assert value(values, f"{place}, 4 directions", "closure_by_prompt", "b") == [1.0]
        assert value(values, f"{place}, 4 directions", "directions", "b") == [3.0]  # there are no more
        assert value(values, f"{place}, {RANDOM}", "gained_margin", "b") == [0.5]
    assert value(values, "boundary 2, 4 directions", "gained_margin", "a") == [0.0]
    assert value(values, f"registered, {FULL}", "closure_by_prompt", "c") == []  # too little is missing
    assert value(values, f"registered, {FULL}", "gained_margin", "c") == [0.0]
    assert value(values, f"registered, 4 directions less {RANDOM}", "gained_margin", "a") == [2.0]
    assert value(values, f"registered, 4 directions less {MEAN}", "closure_by_prompt", "b") == [0.75]
    assert not values["arm"].str.startswith("boundary 3, 4 directions less").any()
    assert not values["arm"].str.contains("upstream").any()


def test_estimates_of_families_that_differ():
    frames = {
        "one": closure_values(moved(), 4),
        "two": closure_values(
            moved(pair="two", boundaries=(1, 2, 6), registered=6, blocks=8, scale=3.0, rank=2), 4
        ),
    }  # fmt: skip
    about = pd.DataFrame({"prompt_id": list(FLOOR), "category": "facts", "base_token": range(3), "tuned_token": 9})
    clusters = dict.fromkeys(frames, clusters_of(about.assign(template=list(FLOOR))))
    found = estimate_values(frames, clusters, list(frames), PLAN)
    found = found[(found["method"] == "prompt") & (found["precision"] == "float32")]
    closures = found[found["effect"] == "closure"].set_index(["scope", "arm"])["value"]
    for scope in ("one", "two", "balanced"):
        assert closures[scope, f"registered, {ALL}"] == 1.0
        assert closures[scope, f"registered, {FULL}"] == pytest.approx(4 / 6)
        assert closures[scope, "registered, 4 directions"] == pytest.approx(4.5 / 6)
    by_prompt = found[found["effect"] == "closure_by_prompt"].set_index(["scope", "arm"])["value"]
    assert by_prompt["one", f"registered, {FULL}"] == pytest.approx((0.75 + 0.5) / 2)
    assert ("balanced", f"boundary 6, {FULL}") in closures.index
    assert ("one", f"boundary 6, {FULL}") not in closures.index


def test_ratios_of_prompts(table_round_trip):
    found = table_round_trip(ratio_rows(moved()), "closure_ratios").set_index(["boundary", "arm"])
    row = found.loc[3, "4 directions"]
    assert (row["closure"], row["median"], row["mean"]) == (pytest.approx(0.75), 0.75, 0.75)
    row = found.loc[3, "1 direction"]
    assert (row["closure"], row["median"], row["mean"]) == (pytest.approx(0.25), 0.125, 0.125)
    assert set(found["n_tiny"]) == {1}
    assert set(found["n_prompts"]) == {3}


def test_counts_are_of_the_grid_and_have_an_interval(table_round_trip):
    found = table_round_trip(count_rows(moved(), [4, 1], PLAN), "closure_counts").set_index("boundary")
    assert (found.loc[3, "least"], found.loc[3, "low"]) == (4, 1)  # where b is not drawn, or c often, one is enough
    assert np.isnan(found.loc[3, "high"])  # where a is drawn often, four are not
    narrow = count_rows(moved(), [1, 4], Plan("closure", seed=3, draws=400, level=0.2))
    assert narrow.loc[narrow["boundary"] == 3, ["least", "low", "high"]].to_numpy().tolist() == [[4, 4, 4]]
    assert np.isnan(found.loc[2, ["least", "low", "high"]].astype(float)).all()
    assert found["relative_depth"].tolist() == [0.4, 0.6]
    assert (found.loc[2, "most"], found.loc[2, "rank"], found.loc[2, "n_fitted"]) == (4, 3, 7)
    assert found.loc[3, "full_closure"] == pytest.approx(4 / 6)


def test_where_the_full_difference_gains_nothing_there_is_no_count():
    table = moved()
    lost = (table["arm"] == FULL) & (table["boundary"] == 3)
    table.loc[lost, "margin_float32"] = table.loc[lost, "prompt_id"].map(FLOOR) - 1.0
    found = count_rows(table, [1, 4], PLAN).set_index("boundary")
    assert np.isnan(found.loc[3, "least"])
    assert found.loc[3, "full_closure"] == pytest.approx(-0.5)
