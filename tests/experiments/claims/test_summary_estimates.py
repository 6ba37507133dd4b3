"""Means of the authors' summaries, worked out by hand, and their intervals by another route."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from crosspatch.experiments.claims.summary_estimates import gap_rows, random_control_rows, window_rows
from crosspatch.statistics.plan import Plan

PLAN = Plan("published summaries", 7, 300, 0.95)
LATE = "graft of late MLPs, gap of the final fifth, tuned lens"
LESS = "graft of late MLPs less random directions, gap of the final fifth, tuned lens"
HEAP, MEAN = "two families in one heap", "mean over two families"


def grafts():
    """Family one has prompts a, b, c, family two has a and b only; early and middle grafts do nothing."""
    late = {("one", "a"): 0.9, ("one", "b"): 0.6, ("one", "c"): 0.3, ("two", "a"): -0.2, ("two", "b"): 0.0}
    rows = [
        {"family": family, "prompt_id": prompt, "late true": value, "late random": 0.1, "early true": 0.0,
         "early random": 0.0, "middle true": 0.0, "middle random": 0.0}
        for (family, prompt), value in late.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def by_name(rows):
    return rows.set_index(["quantity", "family", "method"]).sort_index()


def test_the_mean_of_families_is_not_that_of_the_heap():
    rows = by_name(random_control_rows(grafts(), PLAN))
    assert rows.loc[(LATE, "one", "prompt"), "value"] == pytest.approx(0.6)
    assert rows.loc[(LATE, "two", "prompt"), "value"] == pytest.approx(-0.1)
    assert rows.loc[(LATE, MEAN, "prompt"), "value"] == pytest.approx(0.25)
    assert rows.loc[(LATE, MEAN, "family"), "value"] == pytest.approx(0.25)
    assert rows.loc[(LATE, HEAP, "prompt"), "value"] == pytest.approx(1.6 / 5)
    assert rows.loc[(LESS, HEAP, "prompt"), "value"] == pytest.approx(1.1 / 5)
    assert rows.loc[(LATE, HEAP, "prompt"), ["n", "other_sign"]].tolist() == [5, "two"]
    assert rows.loc[(LATE, MEAN, "prompt"), "n"] == 3
    assert rows.loc[(LATE, "two", "prompt"), "n"] == 2
    assert rows.loc[(LATE, "two", "prompt"), "other_sign"] is None
    assert len(rows) == 9 * 5
    assert set(rows["unit"]) == {"nats"}


def test_intervals_are_those_of_an_independent_bootstrap():
    rows = by_name(random_control_rows(grafts(), PLAN))
    heap = grafts()["late true"].to_numpy()
    rng = np.random.default_rng(PLAN.seed_of("random_control", "one heap"))
    theirs = bootstrap((heap,), np.mean, n_resamples=300, method="percentile", rng=rng, batch=300)
    found = rows.loc[(LATE, HEAP, "prompt"), ["low", "high"]].tolist()
    assert found == pytest.approx(list(theirs.confidence_interval))


def test_one_resampling_of_prompts_serves_all_families():
    alike = pd.concat([grafts().iloc[:3], grafts().iloc[:3].assign(family="two")], ignore_index=True)
    rows = by_name(random_control_rows(alike, PLAN))
    ends = [rows.loc[(LATE, name, "prompt"), ["low", "high"]].tolist() for name in ("one", "two", MEAN)]
    assert ends[0] == ends[1] == pytest.approx(ends[2])
    heap = rows.loc[(LATE, HEAP, "prompt"), ["low", "high"]]  # twice as many units, by their looks
    assert heap["high"] - heap["low"] < ends[0][1] - ends[0][0]


def test_a_draw_of_prompts_averages_each_family_over_the_drawn_ones_that_it_has():
    rows = by_name(random_control_rows(grafts(), PLAN))
    picks = np.random.default_rng(PLAN.seed_of("random_control", "prompts")).integers(0, 3, (300, 3))
    one, two = np.array([0.9, 0.6, 0.3])[picks], np.array([-0.2, 0.0, np.nan])[picks]
    has_two = ~np.isnan(two).all(axis=1)
    means = (one[has_two].mean(axis=1) + np.nanmean(two[has_two], axis=1)) / 2
    assert 0 < (~has_two).sum() < 30
    found = rows.loc[(LATE, MEAN, "prompt"), ["low", "high"]].tolist()
    assert found == pytest.approx(np.quantile(means, [0.025, 0.975]).tolist())


def test_an_interval_over_families_reaches_from_the_least_to_the_greatest():
    rows = by_name(random_control_rows(grafts(), PLAN))
    assert rows.loc[(LATE, MEAN, "family"), ["low", "high"]].tolist() == pytest.approx([-0.1, 0.6])


def by_block(**families):
    """Return means by block of {family: {lens: gaps}} over a base that is 1 everywhere."""
    rows = [
        {"lens": lens, "family": family, "block": block, "base": 1.0, "tuned": 1.0 + gap}
        for family, of_lens in families.items()
        for lens, gaps in of_lens.items()
        for block, gap in enumerate(gaps)
    ]
    return pd.DataFrame(rows)


def test_parts_of_the_stack_begin_at_the_floor_of_their_share():
    seven = [0.7, -0.1, 0.3, 0.5, 0.2, 0.4, 0.0]  # thirds 0:2, 2:4, 4:7; half 3:7; fifth 5:7
    five = [-0.6, 0.2, 0.4, 0.1, 0.0]  # thirds 0:1, 1:3, 3:5; half 2:5; fifth 4:5
    rows = gap_rows(by_block(one={"raw": seven, "tuned": seven}, two={"raw": five, "tuned": five}), PLAN)
    found = rows[rows["method"].isna()].set_index(["family", "quantity"])["value"]
    parts = [
        "the first third",
        "the middle third",
        "the final third",
        "the final half",
        "the final fifth",
        "all blocks",
    ]
    one, two = ([found[family, f"gap of {part}, raw lens"] for part in parts] for family in ("one", "two"))
    assert one == pytest.approx([0.3, 0.4, 0.2, 0.275, 0.2, 2 / 7])
    assert two == pytest.approx([-0.6, 0.3, 0.05, 0.5 / 3, 0.0, 0.02])
    assert found["one", "gap of the final half, base, raw lens"] == 1.0
    assert found["one", "gap of the final half, tuned, raw lens"] == pytest.approx(1.275)
    assert found["one", "share of blocks with a positive gap, raw lens"] == pytest.approx(5 / 6)  # without the last


def test_means_leave_out_the_mixture_of_experts_then_the_largest_family():
    flat = {
        name: {"raw": [gap] * 3, "tuned": [1.0] * 3}
        for name, gap in {"gemma3_4b": 6.0, "one": -1.0, "deepseek_v2_lite": 4.0, "two": -2.0}.items()
    }
    rows = gap_rows(by_block(**flat), PLAN)
    means = rows[(rows["quantity"] == "gap of the first third, raw lens") & (rows["method"] == "family")]
    assert means[["family", "value", "other_sign", "n"]].to_numpy().tolist() == [
        ["mean over four families", 1.75, "one, two", 4],
        ["mean over three families", 1.0, "one, two", 3],
        ["mean over two families, without gemma3_4b", -1.5, "", 2],
    ]
    lens = rows[rows["quantity"] == "gap of the first third, families whose sign depends on the lens"].iloc[0]
    assert lens[["family", "value", "unit", "other_sign"]].tolist() == ["four families", 2.0, "families", "one, two"]


def test_effects_of_windows_are_named_as_published_and_their_mean_is_over_families():
    rows = [
        {"family": family, "window": window, "side": side, "region": "final_fifth", "value": value}
        for window, side, values in [
            ("late_full", "graft", {"two": -0.1, "one": 0.5, "three": 0.0}),
            ("new_one", "swap", {"two": -0.3, "one": -0.3, "three": -0.3}),
        ]
        for family, value in values.items()
    ]
    found = by_name(window_rows(pd.DataFrame(rows), PLAN))
    graft = "graft of MLPs, late window, gap of the final fifth, raw lens"
    mean = found.loc[(graft, "mean over three families", "family")]
    assert mean["value"] == pytest.approx(0.4 / 3)
    assert (mean["low"], mean["high"]) == pytest.approx((-0.1, 0.5))  # nine in ten of 27 draws, not all of one family
    assert mean[["other_sign", "n"]].tolist() == ["two", 3]  # 0 is of no sign
    swap = found.loc[("swap of MLPs, new one, gap of the final fifth, raw lens", "mean over three families", "family")]
    assert (swap["low"], swap["high"], swap["other_sign"]) == (pytest.approx(-0.3), pytest.approx(-0.3), "")
    own = found.loc[graft].loc["two"].iloc[0]
    assert own["value"] == -0.1
    assert np.isnan(own["low"])
