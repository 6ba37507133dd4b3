"""Gaps by hand and by a second route, what is zero by construction, and which prompts count."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.gap.blocks import block_readings, nearest_blocks
from crosspatch.experiments.gap.comparisons import COMPARISONS, arm_of, level_of
from crosspatch.experiments.gap.gap_values import BY_STEP, gap_values, prompt_means
from crosspatch.experiments.gap.quantities import jaccard, region_quantities
from crosspatch.experiments.gap.settling import settled_blocks
from crosspatch.records.histories import LENSES, Reading
from crosspatch.records.regions import first_block
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.values import estimate_values
from planted_readings import by_hand, cosines_of, reading, readings_of_pair

LENGTHS = {"p0": 3, "p1": 1, "p2": 7}


def means_of(readings, first_steps=(0,)):
    return {
        (Reading(*who), lens): prompt_means(read, settled_blocks(read, cosines_of(read)), first_steps)
        for who, table in readings.items()
        for lens in LENSES
        for read in [block_readings(table, lens)]
    }


def values_of(readings, first_steps=(0,)):
    return gap_values(means_of(readings, first_steps), "pair")


def of(values, arm, quantity):
    own = values[(values["arm"] == arm) & (values["quantity"] == quantity)]
    assert len(own), (arm, quantity)
    return own.set_index("prompt_id")["value"]


def test_gaps_of_regions_by_hand():
    found = region_quantities(by_hand(5, kl_to_final=[5.0, 4.0, 3.0, 2.0, 0.0], kl_from_final=[1, 1, 1, 4, 0.0]))
    assert found["gap_final_half"].item() == pytest.approx(5 / 3)
    assert found["gap_final_third"].item() == pytest.approx(1.0)
    assert found["gap_final_fifth"].item() == 0.0
    assert found["reverse_gap_final_third"].item() == 2.0


def test_what_is_still_to_come_by_hand():
    found = region_quantities(by_hand(5, js_to_next=[0.1, 0.2, 0.3, 0.4, np.nan], top=[1, 2, 2, 3, 3]))
    assert found["remaining_js_final_half"].item() == pytest.approx((0.7 + 0.4) / 2)
    assert found["remaining_js_final_fifth"].item() == pytest.approx(0.4)
    assert found["future_flips_final_half"].item() == pytest.approx((1 + 0) / 2)


def test_churn_is_one_less_the_jaccard_index():
    five = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [0, 1, 2, 3, 9], [5, 6, 7, 8, 10]]
    found = region_quantities(by_hand(4, five=five))
    assert found["churn_final_half"].item() == 1.0
    assert jaccard(np.array(five[:1]), np.array(five[2:3])) == pytest.approx(4 / 6)
    assert jaccard(np.array(five[:1]), np.array(five[1:2])) == 1.0


def test_under_the_raw_lens_no_step_misses_the_final_token():
    values = values_of(readings_of_pair(5, LENGTHS))
    raw, tuned = (of(values, arm_of("tuned history", lens), "missed_top") for lens in LENSES)
    assert (raw == 0).all()
    assert (tuned != 0).any()


@pytest.mark.parametrize(
    ("depth", "starts"), [(34, (17, 22, 27)), (36, (18, 24, 28)), (32, (16, 21, 25)), (27, (13, 18, 21))]
)
def test_regions_start_where_the_protocol_says(depth, starts):
    assert tuple(first_block(region, depth) for region in ("final_half", "final_third", "final_fifth")) == starts
    nearest = nearest_blocks(depth)
    assert (nearest[0.0], nearest[1.0]) == (0, depth - 1)


@pytest.mark.parametrize("depth", [4, 7])
def test_gaps_are_those_of_a_second_route(depth):
    readings = readings_of_pair(depth, LENGTHS)
    values = values_of(readings, (0, 2))
    tuned, base = (readings[reader, "tuned_chat"] for reader in ("tuned_chat", "base_raw"))

    def route(table, lens, first):
        own = table[(table["lens"] == lens) & (table["step"] >= first) & (table["block"] >= depth // 2)]
        return own.groupby(["prompt_id", "step"])["kl_to_final"].mean().groupby("prompt_id").mean()

    for lens in LENSES:
        for first in (0, 2):
            expected = route(tuned, lens, first) - route(base, lens, first)
            found = of(values, arm_of("tuned history", lens, first), "gap_final_half")
            pd.testing.assert_series_equal(found, expected, check_names=False)
    assert "p1" not in of(values, arm_of("tuned history", "raw", 2), "gap_final_half").index, "it ends before step 2"


def test_the_template_is_the_difference_of_the_two_others():
    values = values_of(readings_of_pair(6, LENGTHS))
    others = ("gap", "steps")
    quantities = [one for one in values["quantity"].unique() if one not in others and not one.startswith("settled_")]
    for lens in LENSES:
        for quantity in quantities:
            whole, raw, template = (
                of(values, arm_of(compared, lens), quantity)
                for compared in ("tuned history", "tuned history, both raw", "tuned history, template of tuned")
            )
            np.testing.assert_allclose(whole, raw + template, atol=1e-12)


def test_equal_readers_have_no_gap_and_a_swap_turns_its_sign():
    readings = readings_of_pair(5, LENGTHS)
    same = dict.fromkeys(readings, readings["tuned_chat", "tuned_chat"])
    compared = [arm for arm in values_of(same)["arm"].unique() if " reads " not in arm]
    zeros = values_of(same)
    zeros = zeros[(zeros["quantity"] != "steps") & zeros["arm"].isin(compared)]
    assert (zeros["value"] == 0).all()
    side = {"tuned": "base", "base": "tuned"}
    turned = {
        (reader, teacher): readings.get((f"{side[reader.partition('_')[0]]}_{mode}", teacher))
        for reader, teacher in readings
        for mode in ["chat" if reader.endswith("raw") else "raw"]
    }
    arm = arm_of("tuned history", "raw")
    for quantity in ("gap_final_half", "churn_final_half"):
        one, other = (of(values_of(some), arm, quantity) for some in (readings, turned))
        pd.testing.assert_series_equal(one, -other)


def test_the_curve_has_every_block_and_the_tenths_are_the_nearest_blocks():
    values = values_of(readings_of_pair(4, LENGTHS))
    arms = [arm for arm in values["arm"].unique() if arm.startswith("base history, raw lens, ")]
    assert arms == [
        f"base history, raw lens, {place}"
        for place in (*(f"block {block}" for block in range(4)), *(f"depth {tenth / 10:g}" for tenth in range(11)))
    ]
    last, block = (of(values, f"base history, raw lens, {place}", "gap") for place in ("depth 0.4", "block 1"))
    pd.testing.assert_series_equal(last, block)
    assert (of(values, "base history, raw lens, block 3", "gap") == 0).all()


def test_a_reading_stands_by_itself_too():
    readings = readings_of_pair(4, LENGTHS)
    level = of(values_of(readings), arm_of(level_of(Reading("base_chat", "tuned_raw")), "tuned"), "js_gap_final_third")
    own = readings["base_chat", "tuned_raw"]
    own = own[(own["lens"] == "tuned") & (own["block"] >= 2)]
    pd.testing.assert_series_equal(level, own.groupby("prompt_id")["js_to_final"].mean(), check_names=False)


def test_prompts_that_one_of_two_readings_lacks_are_left_out():
    readings = readings_of_pair(4, LENGTHS)
    readings["base_raw", "base_raw"] = reading(4, {"p0": 2, "p2": 2}, seed=99)
    values = values_of(readings)
    assert list(of(values, arm_of("own histories", "raw"), "gap_final_half").index) == ["p0", "p2"]
    assert list(of(values, arm_of("tuned history", "raw"), "gap_final_half").index) == ["p0", "p1", "p2"]


def test_a_step_that_lacks_a_block_is_refused():
    table = reading(4, LENGTHS, seed=0)
    table = table[(table["prompt_id"] != "p2") | (table["step"] != 5) | (table["block"] != 1)]
    with pytest.raises(MeasurementError, match="prompt 'p2', step 5: 3 of 4 blocks were read under the raw lens; read"):
        block_readings(table, "raw")


def test_a_mean_over_steps_counts_every_step_once():
    readings = readings_of_pair(4, LENGTHS)
    frame = values_of(readings)
    clusters = pd.DataFrame({"cluster_template": list("aab"), "cluster_tokens": list("abc")}, index=list(LENGTHS))
    found = estimate_values({"pair": frame}, {"pair": clusters}, ["pair"], Plan("gap", 1, draws=50, level=0.9))
    found = found[
        (found["method"] == "prompt") & (found["scope"] == "pair") & (found["effect"] == f"{BY_STEP}_by_step")
    ]
    by_arm = found.set_index("arm")["value"]

    def over_steps(who):
        own = readings[who]
        return own.loc[(own["lens"] == "raw") & (own["block"] >= 2), "kl_to_final"].mean()

    tuned, base = (over_steps((reader, "tuned_chat")) for reader in ("tuned_chat", "base_raw"))
    assert by_arm["tuned history, raw lens"] == pytest.approx(tuned - base)
    assert by_arm["tuned_chat reads tuned_chat, raw lens"] == pytest.approx(tuned)
    assert "own histories, raw lens" not in by_arm, "its two sides have other steps"


def test_families_of_different_depth_meet_at_tenths_of_the_depth():
    frames = {
        "shallow": values_of(readings_of_pair(4, LENGTHS)).assign(pair="shallow"),
        "deep": values_of(readings_of_pair(7, LENGTHS, seed=50)).assign(pair="deep"),
    }
    clusters = pd.DataFrame({"cluster_template": list("aab"), "cluster_tokens": list("abc")}, index=list(LENGTHS))
    found = estimate_values(frames, dict.fromkeys(frames, clusters), list(frames), Plan("gap", 1, draws=50, level=0.9))
    own = found[(found["effect"] == "gap") & (found["method"] == "prompt") & (found["scope"] == "balanced")]
    pairs = own.set_index("arm")["n_pairs"]
    assert pairs["tuned history, raw lens, depth 0.5"] == 2
    assert pairs["tuned history, raw lens, block 5"] == 1
    means = [of(frame, "tuned history, raw lens, depth 0.5", "gap").mean() for frame in frames.values()]
    value = own.set_index("arm")["value"]["tuned history, raw lens, depth 0.5"]
    assert value == pytest.approx(np.mean(means))
    assert set(COMPARISONS) <= {arm.partition(", raw lens")[0] for arm in found["arm"]}
