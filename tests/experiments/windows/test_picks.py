"""Windows and their values, by hand."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import ConfigError
from crosspatch.experiments.windows.grafted_passes import NO_GRAFT, GraftedPass
from crosspatch.experiments.windows.picks import choice_values
from crosspatch.experiments.windows.write_out import write_out_values
from crosspatch.jobs.windows import blocks_of_windows, terminal_window

NAMED = {"early": [0, 3], "middle": [2, 6], "late": [5, 8]}
EVENTS = pd.DataFrame(
    {"pair": "one", "prompt_id": ["a", "b"], "step": [0.0, 4.0], "base_token": [3, 5], "tuned_token": [4, 6]},
    index=[7, 2],
)


def test_windows_by_hand():
    assert blocks_of_windows(NAMED, [3, 1], [["early", "middle"], ["middle", "late"]], 8) == {
        "early": (0, 1, 2),
        "middle": (2, 3, 4, 5),
        "late": (5, 6, 7),
        "last 3": (5, 6, 7),
        "last 1": (7,),
        "early + middle": (0, 1, 2, 3, 4, 5),
        "middle + late": (2, 3, 4, 5, 6, 7),
    }
    assert blocks_of_windows(NAMED, [], [["early", "late"]], 8)["early + late"] == (0, 1, 2, 5, 6, 7)
    assert terminal_window(3) == "last 3"


@pytest.mark.parametrize(
    ("named", "terminal", "depth", "message"),
    [
        (NAMED, [1], 7, r"window 'late' is \[5, 8\), which is no part of a stack of 7 blocks; correct the windows of"),
        ({"late": [5, 5]}, [], 8, r"window 'late' is \[5, 5\), which is no part"),
        (NAMED, [9], 8, r"window 'last 9' is \[-1, 8\), which is no part of a stack of 8 blocks; .*or `terminal`"),
    ],
)
def test_a_window_outside_the_stack_is_named(named, terminal, depth, message):
    with pytest.raises(ConfigError, match=message):
        blocks_of_windows(named, terminal, [], depth)


def choices(*top):
    return pd.DataFrame({"top_token": top, "margin_checkpoint": [1.0, 2.0], "margin_float32": [1.5, -2.5]})


def test_the_donors_token_is_the_other_sides():
    passes = {
        "base": {"late": GraftedPass(choices(4, 5), {})},
        "tuned": {"late": GraftedPass(choices(4, 9), {})},
    }
    values = choice_values(passes, EVENTS)
    picks = values[values["quantity"].str.startswith("picks")]
    assert picks.groupby(["arm", "quantity"])["value"].agg(list).to_dict() == {
        ("base host, late", "picks_donor_token"): [1, 0],
        ("base host, late", "picks_host_token"): [0, 1],
        ("base host, late", "picks_other"): [0, 0],
        ("tuned host, late", "picks_donor_token"): [0, 0],
        ("tuned host, late", "picks_host_token"): [1, 0],
        ("tuned host, late", "picks_other"): [0, 1],
    }


def test_margins_are_kept_in_both_precisions_with_the_steps():
    values = choice_values({"base": {NO_GRAFT: GraftedPass(choices(4, 5), {})}}, EVENTS)
    margins = values[values["quantity"] == "margin"].set_index(["precision", "prompt_id"])
    assert margins["value"].to_dict() == {
        ("float32", "a"): 1.5, ("float32", "b"): -2.5, ("checkpoint", "a"): 1.0, ("checkpoint", "b"): 2.0,
    }  # fmt: skip
    assert set(margins["readout"]) == {"native"}
    assert values.groupby("prompt_id")["step"].first().to_dict() == {"a": 0, "b": 4}
    assert set(values["arm"]) == {"base host, no graft"}


def planted(tuned_support, base_support):
    """A pass of two blocks in which both events, readouts and versions have the same supports by block."""
    blocks = np.array([base_support, tuned_support]).T  # [block, choice]
    return np.broadcast_to(blocks[None, :, None, :], (2, 2, 2, 2)).copy()


def test_the_contrast_of_late_mlps_and_hosts_by_hand():
    supports = {
        ("base", NO_GRAFT): planted([0.0, 2.0], [1.0, 5.0]),  # A: write-in -3 in the last block, -2 over both
        ("base", "late"): planted([0.0, 4.0], [1.0, 4.5]),  # B: -0.5
        ("tuned", "late"): planted([2.0, 4.0], [1.0, 2.0]),  # D: 2
        ("tuned", NO_GRAFT): planted([2.0, 9.0], [1.0, 1.0]),  # C: 8
    }
    for (host, window), both in supports.items():  # only the host's own readout sees the update as it is
        supports[host, window] = {side: both * (1 if side == host else 10) for side in ("base", "tuned")}
        for values in supports[host, window].values():
            values[:, :, 1] *= -1
    passes = {
        host: {window: GraftedPass(choices(4, 5), supports[host, window]) for window in (NO_GRAFT, "late")}
        for host in ("base", "tuned")
    }
    values = write_out_values(passes, {"all": (0, 1), "late": (1,)}, ["all", "late"], ["late"], EVENTS)
    assert (values["precision"] == "float32").all()
    by_event = values.groupby(["arm", "quantity", "readout"])["value"]
    first = by_event.first()
    pd.testing.assert_series_equal(first, by_event.last())
    native = {"base_host_gain": 2.5, "tuned_host_gain": 6.0, "interaction": 3.5}
    assert first.xs("native", level="readout")["late"].to_dict() == native
    assert first.xs("native", level="readout")["late, module output"].to_dict() == {k: -v for k, v in native.items()}
    common = {"base_host_gain": 25.0, "tuned_host_gain": 6.0, "interaction": -19.0}
    assert first.xs("common_tuned", level="readout")["late"].to_dict() == common
    assert "late, module output" not in first.xs("common_tuned", level="readout")
    alone = first.xs("native", level="readout")
    assert alone["base, all"].to_dict() == {"support_tuned": 1.0, "write_in": -2.0}
    assert alone["tuned, late"].to_dict() == {"support_tuned": 9.0, "write_in": 8.0}
