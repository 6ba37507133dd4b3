"""Effects of planted readings, by hand: regions, seeds, contrasts, and prompts that an arm lacks."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.experiments.grafts.effects import Grafted, graft_values

WINDOWS = {"early": (0, 1), "middle": (1, 2), "late": (3, 4), "block 4": (4,)}
# Of a prompt a, what kl_to_final is at the five blocks, of every arm.
PLANTED = {
    "no graft": [5, 4, 3, 2, 0],
    "early": [6, 6, 4, 2, 0],
    "middle": [5, 5, 5, 2, 0],
    "late": [5, 4, 3, 6, 2],
    "late, random per step, seed 0": [5, 4, 3, 3, 0],
    "late, random per step, seed 1": [5, 4, 3, 5, 0],
    "late, MLPs of a checkpoint 7": [5, 4, 3, 2, 1],
}


@pytest.fixture
def values():
    rows = [
        (prompt, arm, block, lens, value * scale)
        for prompt, scale in (("a", 1.0), ("b", 2.0))
        for arm, row in PLANTED.items()
        for block, value in enumerate(row)
        for lens in ("raw", "tuned")
        if (prompt, arm) != ("b", "late, random per step, seed 1")
    ]
    readings = pd.DataFrame(rows, columns=["prompt_id", "arm", "block", "lens", "kl_to_final"])
    readings["kl_to_final"] *= np.where(readings["lens"] == "tuned", 10, 1)
    for name, factor in (("kl_from_final", -1), ("js_to_host", 0.5), ("js_to_other", 0.25)):
        readings[name] = readings["kl_to_final"] * factor
    writes = readings[readings["lens"] == "raw"].drop(columns="lens").rename(columns={"js_to_host": "delta_cos_block"})
    writes = writes.rename(columns={"js_to_other": "delta_cos_mlp"})
    choices = readings.groupby(["prompt_id", "arm"], sort=False)["kl_to_final"].sum().reset_index(name="forced_rank")
    others = ("forced_log_probability", "agrees_with_host", "agrees_with_other")
    choices = choices.assign(steps=3, **dict.fromkeys(others, choices["forced_rank"]))
    table = graft_values({"tuned": Grafted(readings, writes, choices, WINDOWS)}, "one")
    return table.set_index(["arm", "quantity", "prompt_id"])["value"].sort_index()


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        # Of five blocks the final half are 2, 3, 4 and the final fifth is 4.
        ("no graft", {"final_fifth": 0, "final_half": 5 / 3, "whole": 2.8}),
        ("early", {"edited_window": 1.5, "final_fifth": 0, "final_half": 1 / 3, "whole": 0.8}),
        ("late", {"edited_window": 3, "final_fifth": 2, "final_half": 2, "whole": 1.2}),
        ("late, random per step", {"edited_window": 1, "final_fifth": 0, "final_half": 2 / 3, "whole": 0.4}),
        ("late, MLPs of a checkpoint 7", {"edited_window": 0.5, "final_fifth": 1, "final_half": 1 / 3, "whole": 0.2}),
        ("late less middle", {"final_fifth": 2, "final_half": 4 / 3, "whole": 0.6}),
        ("late less early", {"final_fifth": 2, "final_half": 5 / 3, "whole": 0.4}),
        ("late less random per step", {"edited_window": 2, "final_fifth": 2, "final_half": 4 / 3, "whole": 0.8}),
    ],
)
def test_regions_and_contrasts_by_hand(values, window, expected):
    raw, tuned = (values[f"{window}, tuned history, {lens} lens"] for lens in ("raw", "tuned"))
    gaps = {name: value for name, value in raw.xs("a", level="prompt_id").items() if name.startswith("gap_")}
    assert gaps == pytest.approx({f"gap_{region}": value for region, value in expected.items()})
    for name, value in gaps.items():
        assert tuned[name, "a"] == pytest.approx(10 * value)
        assert raw[f"reverse_{name}", "a"] == pytest.approx(-value)
        assert raw[name.replace("gap", "js_to_other"), "a"] == pytest.approx(value / 4)


def test_what_has_no_lens_is_less_the_host_too(values):
    late = values["late, tuned history"].xs("a", level="prompt_id")
    assert late["delta_cos_block_edited_window"] == 1.5
    assert late["forced_rank"] == (20 - 14) * 11
    assert values["late less middle, tuned history", "forced_rank", "a"] == (20 - 17) * 11


def test_random_controls_are_means_of_the_seeds_that_a_prompt_has(values):
    effects = values["late, random per step, tuned history, raw lens", "gap_edited_window"]
    assert effects.to_dict() == {"a": 1.0, "b": 1.0}  # of b only seed 0, whose effect is half as large, twice
