"""Estimates of arms: the headline's estimates where they must agree, hand-computed retentions elsewhere."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.records.arms import REFERENCE
from crosspatch.records.estimates import COLUMNS, SCHEMES
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.balanced import estimate_balanced
from crosspatch.statistics.estimates import estimate_pair
from crosspatch.statistics.plan import Plan

PLAN = Plan("consistency", seed=5, draws=400, level=0.9)
KEYS = ["effect", "scope", "readout", "precision", "method"]


def with_arms(frames, **chosen):
    """Return frames with the reference and, per arm, the cells of the prompts that its function keeps."""
    return {
        pair: pd.concat(
            [frame.assign(arm=REFERENCE)]
            + [frame[frame["prompt_id"].map(keep)].assign(arm=arm) for arm, keep in chosen.items()],
            ignore_index=True,
        )
        for pair, frame in frames.items()
    }


def values(rows, method="prompt", **where):
    for column, value in {"method": method, **where}.items():
        rows = rows[rows[column] == value]
    return rows.set_index(["effect", "precision"])[["value", "low", "high", "n_events", "n_prompts", "n_pairs"]]


def test_the_reference_has_the_values_and_counts_of_the_headline(three_pairs):
    rows = estimate_arms(with_arms(three_pairs), list(three_pairs), PLAN)
    plan = replace(PLAN, control="headline")
    headline = [estimate_pair(frame, plan, positions=[]) for frame in three_pairs.values()]
    headline = pd.concat([*headline, estimate_balanced(three_pairs, plan, positions=[])])
    headline = headline[(headline["arm"] == "all") & headline["method"].isin(SCHEMES)].set_index(KEYS)
    assert len(headline) == (3 * 3 + 3 + 3) * 2 * 9  # scopes by schemes and scopes without a pair, precisions, effects
    own = rows[rows["effect"] != "retention"].set_index(KEYS)
    headline = headline.loc[own.index]
    counted = ["value", "n_events", "n_prompts", "n_clusters", "n_pairs", "level"]
    pd.testing.assert_frame_equal(own[counted], headline[counted], check_dtype=False)
    # Other draws of the same law: interval ends within a tenth of the width of each other.
    width = own["high"] - own["low"]
    contrasts = own.index.get_level_values("effect") == "interaction"
    assert (((own["low"] - headline["low"]).abs() / width)[contrasts] < 0.15).all()
    assert list(rows.columns) == list(COLUMNS)
    assert set(rows["control"]) == {"consistency"}


def test_the_reference_retains_all_of_itself_in_every_draw(three_pairs):
    rows = estimate_arms(with_arms(three_pairs), list(three_pairs), PLAN)
    kept = rows[rows["effect"] == "retention"]
    assert len(kept) == len(rows[rows["effect"] == "interaction"])
    np.testing.assert_array_equal(kept[["value", "low", "high"]].to_numpy(), 1.0)


def test_an_arm_with_halved_margins_retains_half_in_every_draw(three_pairs):
    halved = {
        pair: pd.concat(
            [frame.assign(arm=REFERENCE), frame.assign(arm="halved", margin_float32=frame["margin_float32"] / 2)]
        )
        for pair, frame in three_pairs.items()
    }
    rows = estimate_arms(halved, list(three_pairs), PLAN)
    kept = rows[(rows["effect"] == "retention") & (rows["arm"] == "halved") & (rows["precision"] == "float32")]
    assert len(kept) == 3 * 3 + 3 + 3  # by three schemes: pairs, mean; over prompts: mean without each
    np.testing.assert_allclose(kept[["value", "low", "high"]].to_numpy(), 0.5, rtol=1e-9)


def test_a_hand_computed_arm(make_cells):
    margins = {"a": (0, 1, 2, 5), "b": (0, 1, 0, 2), "c": (1, 1, 1, 4)}  # interactions 2, 1, 3
    frame = make_cells([{"prompt_id": name, "margins": four} for name, four in margins.items()])
    rows = estimate_arms(with_arms({"one": frame}, some=lambda name: name != "c"), ["one"], PLAN)
    arm = values(rows, arm="some", scope="one")
    assert arm.loc[("interaction", "float32"), "value"] == 1.5
    assert arm.loc[("retention", "float32"), "value"] == 0.75
    assert arm.loc[("portable", "float32"), "value"] == 1.0
    assert arm.loc[("retention", "float32"), "n_events"] == 2


def test_events_of_a_prompt_are_averaged_first(make_cells):
    events = [("a", 0, 2), ("a", 1, 4), ("b", 0, 9)]
    frame = make_cells([{"prompt_id": name, "step": step, "margins": (0, 0, 0, top)} for name, step, top in events])
    rows = estimate_arms(with_arms({"one": frame}), ["one"], PLAN)
    interaction = values(rows, scope="balanced").loc[("interaction", "float32")]
    assert interaction["value"] == 6.0
    assert (interaction["n_events"], interaction["n_prompts"]) == (3, 2)


def test_a_pair_without_the_arm_counts_neither_above_nor_below_the_line(make_cells):
    frames = {
        "one": make_cells([{"prompt_id": name, "margins": (0, 0, 0, 2)} for name in "ab"], "one"),
        "two": make_cells([{"prompt_id": name, "margins": (0, 0, 0, 10)} for name in "ab"], "two"),
    }
    arms = with_arms(frames)
    arms["one"] = with_arms({"one": frames["one"]}, some=lambda _: True)["one"]
    rows = estimate_arms(arms, ["one", "two"], PLAN)
    mean = values(rows, arm="some", scope="balanced")
    assert mean.loc[("interaction", "float32"), "value"] == 2.0
    assert mean.loc[("retention", "float32"), "value"] == 1.0  # not 2 / 6
    assert mean.loc[("interaction", "float32"), "n_pairs"] == 1
    having = set(rows.loc[rows["arm"] == "some", "scope"])  # where no event is, there is no estimate
    assert having == {"one", "balanced", "balanced without two"}


def test_arms_keep_the_order_that_they_have_in_each_pair(make_cells):
    own = {"one": [REFERENCE, "boundary 1", "boundary 3", "last 1 block"]}
    own["two"] = [REFERENCE, "margin <= 0", "boundary 1", "boundary 2", "last 1 block", "boundary 9"]
    frames = {
        pair: pd.concat(
            [make_cells([{"prompt_id": "a", "margins": (0, 0, 0, 2)}], pair).assign(arm=arm) for arm in arms]
        )
        for pair, arms in own.items()
    }
    rows = estimate_arms(frames, ["one", "two"], PLAN)
    mean = list(rows.loc[rows["scope"] == "balanced", "arm"].unique())
    assert mean == [
        *(REFERENCE, "margin <= 0", "boundary 1", "boundary 2", "boundary 3", "last 1 block", "boundary 9"),
    ]
    assert list(rows.loc[rows["scope"] == "one", "arm"].unique()) == own["one"]


def test_pairs_outside_the_mean_have_rows_of_their_own_and_change_nothing_else(three_pairs):
    few = {name: three_pairs[name] for name in ("alpha", "beta")}
    with_gamma = estimate_arms(with_arms(three_pairs), ["alpha", "beta"], PLAN)
    without = estimate_arms(with_arms(few), ["alpha", "beta"], PLAN)
    left_out = {"balanced without alpha", "balanced without beta"}
    assert set(with_gamma["scope"]) == {"alpha", "beta", "gamma", "balanced"} | left_out
    shared = with_gamma[with_gamma["scope"] != "gamma"].reset_index(drop=True)
    pd.testing.assert_frame_equal(shared, without)


def test_arms_without_the_reference_have_no_retention(three_pairs):
    frames = {pair: frame.assign(arm="other") for pair, frame in three_pairs.items()}
    assert "retention" not in set(estimate_arms(frames, list(frames), PLAN)["effect"])


def test_a_single_prompt_has_no_interval(make_cells):
    frame = make_cells([{"prompt_id": "a", "margins": (0, 0, 0, 2)}])
    rows = estimate_arms(with_arms({"one": frame}), ["one"], PLAN)
    assert rows[["low", "high", "level"]].isna().all(axis=None)
    assert rows["value"].notna().any()


def test_an_incomplete_event_is_named(three_pairs):
    arms = with_arms(three_pairs)
    arms["beta"] = arms["beta"].iloc[1:]
    with pytest.raises(MeasurementError, match=r"pair 'beta', prompt 'p04', step \d+: no cell with"):
        estimate_arms(arms, list(arms), PLAN)
