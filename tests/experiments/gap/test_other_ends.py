"""The gap to other ends, above null pairs and of two readers after the same block: by hand, and what is zero."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.gap.blocks import block_readings
from crosspatch.experiments.gap.comparisons import arm_of, couple_of
from crosspatch.experiments.gap.gap_values import gap_values, prompt_means
from crosspatch.experiments.gap.same_block import same_block_values
from crosspatch.experiments.gap.settling import settled_blocks
from crosspatch.experiments.gap.subtract_nulls import above_nulls
from crosspatch.experiments.gap.varied_gaps import plain_steps, varied_steps, varied_values
from crosspatch.records.histories import (
    HOSTS,
    LENSES,
    SHARED_TEACHERS,
    SIDE_BY_SIDE,
    VARIANTS,
    Reading,
)
from crosspatch.records.regions import earlier_block
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.values import estimate_each
from planted_readings import cosines_of, readings_of_pair

LENGTHS = {"base_raw": {"p0": 5, "p1": 2, "p2": 7}, "tuned_chat": {"p0": 3, "p1": 4, "p2": 1}}
DEPTH = 7
TO_END = ["kl_to_end", "kl_from_end", "js_to_end"]


def plain_readings():
    """Readings of the two compared readers; histories of the two teachers have other lengths."""
    tables = {}
    for seed, teacher in enumerate(SHARED_TEACHERS):
        own = readings_of_pair(DEPTH, LENGTHS[teacher], seed=100 * seed)
        tables |= {Reading(reader, teacher): own[reader, teacher] for reader in HOSTS}
    return tables


def varied_of(table, seed):
    """`varied_readings` over the steps of a table, every number drawn."""
    rng = np.random.default_rng(seed)
    key = table.loc[table["lens"] == "raw", ["prompt_id", "step", "block"]]
    rows = pd.concat([key.assign(variant=variant) for variant in VARIANTS], ignore_index=True)
    rows = rows[(rows["variant"] != "earlier") | (rows["block"] <= earlier_block(DEPTH))]
    return rows.assign(**{name: rng.gamma(2.0, 1.0, len(rows)) for name in TO_END}, temperature=1.0)


@pytest.fixture(scope="module")
def tables():
    plain = plain_readings()
    return plain, {reading: varied_of(table, seed) for seed, (reading, table) in enumerate(plain.items())}


@pytest.fixture(scope="module")
def values(tables):
    plain, varied = tables
    return varied_values(
        {reading: plain_steps(table) for reading, table in plain.items()},
        {reading: varied_steps(table) for reading, table in varied.items()},
        "pair",
    )


def of(values, arm, quantity):
    own = values[(values["arm"] == arm) & (values["quantity"] == quantity)]
    assert len(own), (arm, quantity)
    return own.set_index("prompt_id")["value"].to_dict()


def mean(table, prompt, start, end, column, **where):
    own = table[(table["prompt_id"] == prompt) & table["block"].between(start, end - 1)]
    for name, value in where.items():
        own = own[own[name] == value]
    return own[column].mean()


def test_the_tempered_end_replaces_that_of_one_reader(tables, values):
    plain, varied = tables
    tuned, base = (Reading(reader, "base_raw") for reader in ("tuned_chat", "base_raw"))
    found = of(values, "base history, tuned tempered, raw lens", "reverse_gap_final_half")
    for prompt in LENGTHS["base_raw"]:
        one = mean(varied[tuned], prompt, 3, 7, "kl_from_end", variant="tempered")
        other = mean(plain[base], prompt, 3, 7, "kl_from_final", lens="raw")
        assert found[prompt] == pytest.approx(one - other)
    found = of(values, "base history, base tempered, raw lens", "gap_final_fifth")
    one = mean(plain[tuned], "p2", 5, 7, "kl_to_final", lens="raw")
    assert found["p2"] == pytest.approx(one - mean(varied[base], "p2", 5, 7, "kl_to_end", variant="tempered"))


def test_an_earlier_end_is_compared_over_the_same_blocks(tables, values):
    plain, varied = tables
    tuned, base = (Reading(reader, "tuned_chat") for reader in ("tuned_chat", "base_raw"))
    arms = [f"tuned history, to {where}, raw lens" for where in ("the end", "an earlier block")]
    to_end, to_earlier = (of(values, arm, "js_gap_before_final_fifth") for arm in arms)
    one, other = (mean(varied[reader], "p0", 3, 5, "js_to_end", variant="earlier") for reader in (tuned, base))
    assert to_earlier["p0"] == pytest.approx(one - other)
    one, other = (mean(plain[reader], "p0", 3, 5, "js_to_final", lens="raw") for reader in (tuned, base))
    assert to_end["p0"] == pytest.approx(one - other)
    less = of(values, "tuned history, to the end less to an earlier block, raw lens", "js_gap_before_final_fifth")
    assert less == pytest.approx({prompt: to_end[prompt] - to_earlier[prompt] for prompt in less})
    earlier = values[values["arm"] == arms[1]]
    assert set(earlier["quantity"]) == {f"{gap}_before_final_fifth" for gap in ("gap", "reverse_gap", "js_gap")}


def test_own_histories_are_compared_over_the_steps_that_both_have(tables, values):
    plain, _ = tables
    found = of(values, "own histories, common steps, raw lens", "gap_final_half")
    for prompt in ("p0", "p1", "p2"):
        common = min(LENGTHS[teacher][prompt] for teacher in SHARED_TEACHERS)
        kept = [table[table["step"] < common] for table in (
            plain[Reading("tuned_chat", "tuned_chat")], plain[Reading("base_raw", "base_raw")]
        )]  # fmt: skip
        one, other = (mean(table, prompt, 3, 7, "kl_to_final", lens="raw") for table in kept)
        assert found[prompt] == pytest.approx(one - other)


def test_equal_readers_have_no_gap_to_any_end(tables):
    plain, varied = tables
    same = {reading: Reading("base_raw", reading.teacher) for reading in plain}
    found = varied_values(
        {reading: plain_steps(plain[other]) for reading, other in same.items()},
        {reading: varied_steps(varied[other]) for reading, other in same.items()},
        "pair",
    )
    free_of_plain = found[found["arm"].str.contains("end|earlier|other's")]
    assert len(free_of_plain)
    assert (free_of_plain["value"] == 0).all()


def values_of_pair(seed):
    tables = readings_of_pair(5, {"p0": 2, "p1": 3}, seed=seed)
    means = {
        (Reading(*who), lens): prompt_means(read, settled_blocks(read, cosines_of(read)), [0])
        for who, table in tables.items()
        for lens in LENSES
        for read in [block_readings(table, lens)]
    }
    return gap_values(means, f"pair {seed}")


def test_the_mean_of_null_pairs_is_taken_away_prompt_by_prompt():
    own, one, other = (values_of_pair(seed) for seed in (0, 50, 90))
    found = above_nulls(own, {"one": one, "other": other[other["prompt_id"] == "p1"]})
    arm = arm_of("base history", "tuned")
    assert set(found["prompt_id"]) == {"p1"}, "a null pair lacks the other prompt"
    expected = of(own, arm, "gap_final_half")["p1"]
    expected -= (of(one, arm, "gap_final_half")["p1"] + of(other, arm, "gap_final_half")["p1"]) / 2
    assert of(found, arm, "gap_final_half")["p1"] == pytest.approx(expected)
    assert not found["arm"].str.contains("reads|block|depth|from step").any()
    assert (above_nulls(own, {"itself": own})["value"] == 0).all()


def test_null_pairs_without_a_prompt_in_common_are_refused():
    own = values_of_pair(0)
    with pytest.raises(
        MeasurementError, match=r"null pairs \['one'\] and this pair have no prompt in common; name null"
    ):
        above_nulls(own, {"one": own.assign(prompt_id="elsewhere " + own["prompt_id"])})


def couples(seed=0):
    """A `same_block` table of two prompts in a stack of five blocks."""
    rows = [
        {"prompt_id": prompt, "step": step, "block": block, "lens": lens, "reader": reader, "other": other}
        for prompt, steps in (("p0", 1), ("p1", 3))
        for step in range(steps)
        for block in range(5)
        for lens in LENSES
        for reader, other in SIDE_BY_SIDE
    ]
    return pd.DataFrame(rows).assign(js=np.random.default_rng(seed).random(len(rows)))


def test_two_readers_are_averaged_over_regions_and_blocks():
    table = couples()
    found = pd.concat(same_block_values(table, "tuned_chat"))
    where = {"reader": "base_chat", "other": "base_raw", "lens": "tuned"}
    arm = arm_of(couple_of("base_chat", "base_raw", "tuned_chat"), "tuned")
    assert of(found, arm, "js_final_half")["p1"] == pytest.approx(mean(table, "p1", 2, 5, "js", **where))
    assert not found["arm"].str.startswith("base_chat").mul(found["arm"].str.contains("block [0-9]")).any()
    where = {"reader": "tuned_chat", "other": "base_raw", "lens": "raw"}
    arm = arm_of(couple_of("tuned_chat", "base_raw", "tuned_chat"), "raw", place="block 3")
    assert of(found, arm, "js")["p1"] == pytest.approx(mean(table, "p1", 3, 4, "js", **where))


def test_each_null_pair_has_estimates_of_its_own_and_they_are_in_no_mean():
    prompts = pd.DataFrame(
        {"prompt_id": ["p0", "p1"], "category": ["facts", "format"], "template": ["a", "b"], "base_token": [1, 2],
         "tuned_token": [3, 3], "step": [0, 0]}
    )  # fmt: skip
    frames = {name: values_of_pair(seed) for name, seed in (("twin", 0), ("seeds", 50))}
    found = estimate_each(frames, {name: clusters_of(prompts) for name in frames}, Plan("gap", 1, 50, 0.95))
    assert set(found["scope"]) == {"twin", "seeds"}
    arm = arm_of("base history", "raw")
    own = found[(found["scope"] == "seeds") & (found["arm"] == arm) & (found["effect"] == "gap_final_half")]
    assert own["value"].iloc[0] == pytest.approx(np.mean(list(of(frames["seeds"], arm, "gap_final_half").values())))
