"""Arms made of the pair's own cells: which events are in each, and what other scales make of a margin."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.experiments.tokens.kinds_of_events import arms_by_consistency, arms_by_scale, arms_by_tokens
from crosspatch.measures.effects import CELLS

WORDS = ("prompt_id", "base_class", "tuned_class", "assistant_marker", "base_stops", "tuned_stops", "tokens", "step")
EVENTS = [
    ("p0", "content", "content", False, False, False, (1, 2), 0),
    ("p1", "content", "format", False, False, True, (1, 2), 3),
    ("p2", "function", "content", True, False, False, (3, 4), 0),
    ("p3", "function", "function", False, True, False, (5, 6), 1),
    ("p4", "format", "format", True, False, False, (7, 8), 0),  # not usable, and so without cells
]
CHANCES = {"base_log_probability": np.log(0.25), "tuned_log_probability": np.log(0.5)}


@pytest.fixture
def events():
    """Five events, of which the last is not usable."""
    rows = pd.DataFrame(EVENTS, columns=WORDS)
    base, tuned = zip(*rows.pop("tokens"), strict=True)
    gaps = {"base_gap": [1.0, 0.3, 0.05, 2.0, 9.0], "tuned_gap": [0.6, 2.0, 1.0, 0.2, 9.0]}
    return rows.assign(base_token=base, tuned_token=tuned, **gaps)


@pytest.fixture
def cells():
    """The cells of the first four; the checkpoints of p3 do not pick their tokens again."""
    rows = [
        {"prompt_id": f"p{place}", "consistent": place != 3, "upstream": upstream, "late": late, "margin": margin}
        for place in range(4)
        for (upstream, late), margin in zip(CELLS, (-1.0, 0.5, 1.0, 2.0 + place), strict=True)
    ]
    frame = pd.DataFrame(rows)
    margins = {"margin_checkpoint": frame["margin"], "margin_float32": frame.pop("margin")}
    about = {"pair": "one", "category": "facts", "template": "t", "step": 0, "base_token": 1, "tuned_token": 2}
    return frame.assign(**about, readout="common_tuned", **margins, **CHANCES)


def prompts(arms):
    return {arm: set(rows["prompt_id"]) for arm, rows in arms.groupby("arm")}


def test_arms_by_tokens_by_hand(cells, events):
    arms = prompts(arms_by_tokens(cells, events, rare=1))
    assert arms == {
        "both content": {"p0"},
        "any format": {"p1"},
        "same class": {"p0", "p3"},
        "different classes": {"p1", "p2"},
        "assistant marker": {"p2"},
        "no assistant marker": {"p0", "p1", "p3"},
        "stop token": {"p1", "p3"},
        "no stop token": {"p0", "p2"},
        "rare tokens": {"p2", "p3"},
        "frequent tokens": {"p0", "p1"},
        "first position": {"p0", "p2"},
        "later positions": {"p1", "p3"},
    }


def test_what_is_rare_is_a_setting_and_an_arm_without_events_is_left_out(cells, events):
    arms = prompts(arms_by_tokens(cells, events, rare=2))
    assert arms["rare tokens"] == {"p0", "p1", "p2", "p3"}
    assert "frequent tokens" not in arms


def test_arms_hold_the_pairs_own_cells(cells, events, table_round_trip):
    arms = table_round_trip(arms_by_tokens(cells, events, rare=1), "control_cells")
    own = arms[arms["arm"] == "assistant marker"].drop(columns="arm").reset_index(drop=True)
    expected = cells.loc[cells["prompt_id"] == "p2", own.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, expected, check_dtype=False)


def test_arms_by_consistency_by_hand(cells, events):
    arms = prompts(arms_by_consistency(cells, events, [0.1, 0.5]))
    assert arms == {"re-picked": {"p0", "p1", "p2"}, "gap >= 0.1": {"p0", "p1", "p3"}, "gap >= 0.5": {"p0"}}


def test_other_scales_by_hand(cells, table_round_trip):
    arms = table_round_trip(arms_by_scale(cells), "control_cells")
    own = arms[arms["prompt_id"] == "p1"].set_index(["arm", "upstream", "late"]).sort_index()
    for column in ("margin_checkpoint", "margin_float32"):
        values = own.xs(("tuned", "tuned"), level=("upstream", "late"))[column]
        assert values["tuned log odds"] == pytest.approx(0.0, abs=1e-15)
        assert values["log odds against base"] == pytest.approx(np.log(3))
        assert values["probability"] == pytest.approx(0.25)
        assert values["two-token probability"] == pytest.approx(1 / (1 + np.exp(-3.0)))
    assert set(arms["arm"]) == {"tuned log odds", "log odds against base", "probability", "two-token probability"}
    assert len(arms) == 4 * len(cells)


def test_scales_of_measured_cells_go_with_the_margin(llama, measure):
    cells = measure(llama.folders, llama.events, llama.boundary)
    scales = {arm: rows["margin_checkpoint"].to_numpy() for arm, rows in arms_by_scale(cells).groupby("arm")}
    margins = cells["margin_checkpoint"].to_numpy()
    assert all(np.isfinite(values).all() for values in scales.values())
    assert (np.sign(scales["probability"]) == np.sign(margins)).all()
    assert (np.sign(scales["two-token probability"] - 0.5) == np.sign(margins)).all()
    # A token has odds against all others, so they are no better than against the other token alone.
    assert (scales["tuned log odds"] <= margins + 1e-5).all()
    assert (scales["log odds against base"] >= margins - 1e-5).all()
