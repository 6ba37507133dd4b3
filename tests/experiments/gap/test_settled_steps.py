"""Settling over steps: by hand, against lists of single steps, and for families of different depth."""

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.gap.blocks import block_cosines, block_readings
from crosspatch.experiments.gap.comparisons import COUNTED
from crosspatch.experiments.gap.settled_steps import estimate_settled, statistics_of
from crosspatch.experiments.gap.settling import NONE, first_block, settled_blocks, settled_counts
from crosspatch.statistics.plan import Plan
from planted_readings import cosines_of, reading, readings_of_pair

LENGTHS = {"p0": 3, "p1": 1, "p2": 7}
SHALLOW, DEEP = 5, 9
PLAN = Plan("settled_steps", 1, draws=200, level=0.9)
CLUSTERS = pd.DataFrame({"cluster_template": list("aab"), "cluster_tokens": list("aaa")}, index=list(LENGTHS))


def blocks_of(readings, lens):
    """By reading, where every definition has settled, and whose steps they are."""
    for one in COUNTED:
        read = block_readings(readings[one.reader, one.teacher], lens)
        yield one, settled_blocks(read, cosines_of(read)), read.prompts


def counts_of(pair, depth, seed=0):
    return pd.concat(
        [
            rows.assign(pair=pair, reader=one.reader, teacher=one.teacher, lens=lens)
            for lens in ("raw", "tuned")
            for one, settled, prompts in blocks_of(readings_of_pair(depth, LENGTHS, seed=seed), lens)
            for rows in settled_counts(settled, prompts)
        ],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def counts():
    return {"shallow": counts_of("shallow", SHALLOW), "deep": counts_of("deep", DEEP, seed=40)}


@pytest.fixture(scope="module")
def estimates(counts, table_round_trip):
    clusters = dict.fromkeys(counts, CLUSTERS)
    found = table_round_trip(estimate_settled(counts, clusters, list(counts), PLAN), "estimates")
    return found.set_index(["scope", "method", "arm", "effect"]).sort_index()


@pytest.mark.parametrize(
    ("steps", "mean", "median", "missed"),
    [
        ([1, 0, 0, 0, 1, 0], 0.5, 0.5, 0.0),  # halfway between the middle two
        ([2, 0, 0, 0, 1, 0], 1 / 3, 0.0, 0.0),
        ([0, 1, 0, 1, 1, 3], (0.25 + 0.75 + 1) / 3, 0.75, 0.5),
        ([0, 2, 1, 1, 0, 0], (0.5 + 0.5 + 0.75) / 4, 0.375, 0.0),
    ],
)
def test_statistics_by_hand(steps, mean, median, missed):
    found = statistics_of(np.array([steps, steps], dtype=float))
    assert found["mean_settled"].tolist() == pytest.approx([mean] * 2)
    assert found["median_settled"].tolist() == [median] * 2
    assert found["missed_steps"].tolist() == [missed] * 2


def test_where_no_step_settles_there_is_no_depth_but_every_step_is_missed():
    found = statistics_of(np.array([[0.0, 0.0, 0.0, 4.0], [0.0, 0.0, 0.0, 0.0]]))
    assert np.isnan(found["mean_settled"]).all()
    assert np.isnan(found["median_settled"]).all()
    np.testing.assert_array_equal(found["missed_steps"], [1.0, np.nan])


def test_estimates_are_those_of_lists_of_single_steps(estimates):
    depths = {}
    for pair, depth, seed in (("shallow", SHALLOW, 0), ("deep", DEEP, 40)):
        for one, settled, _ in blocks_of(readings_of_pair(depth, LENGTHS, seed=seed), "tuned"):
            for name, blocks in settled.items():
                first = first_block(blocks)
                depths[pair, one, name] = np.where(first == NONE, np.nan, first / (depth - 1))
    for (pair, one, name), own in depths.items():
        arm = f"{one.reader} reads {one.teacher}, tuned lens"
        rows = estimates.loc[(pair, "prompt", arm)]["value"]
        assert rows[f"missed_steps_{name}"] == np.isnan(own).mean()
        if np.isnan(own).all():
            assert f"median_settled_{name}" not in rows
        else:
            assert rows[f"median_settled_{name}"] == np.nanmedian(own)
            assert rows[f"mean_settled_{name}"] == pytest.approx(np.nanmean(own))
    tuned, base = (next(one for one in COUNTED if one.reader == reader) for reader in ("tuned_chat", "base_raw"))
    assert tuned.teacher == base.teacher == "tuned_chat"
    apart = [
        np.nanmean(depths[pair, tuned, "five"]) - np.nanmean(depths[pair, base, "five"]) for pair in ("shallow", "deep")
    ]
    found = estimates.loc[("balanced", "prompt", "tuned history, tuned lens", "mean_settled_five")]
    assert found["value"] == pytest.approx(np.mean(apart))
    assert (found["n_pairs"], found["n_events"], found["n_prompts"]) == (2, 6, 3)


def test_the_interval_is_that_of_a_second_resampling_of_prompts(counts, estimates):
    """Drawn one list of prompts at a time, from lists of steps."""
    rng = np.random.default_rng(int(estimates.loc["shallow", "prompt"]["seed"].iloc[0]))
    frame = counts["shallow"]
    own = frame[(frame["lens"] == "raw") & (frame["definition"] == "within_100") & (frame["reader"] == "base_raw")]
    own = own[own["teacher"] == "base_raw"]
    labels = sorted(LENGTHS)
    steps = {
        prompt: np.repeat(rows["block"], rows["steps"]).to_numpy() / (SHALLOW - 1)
        for prompt, rows in own.groupby("prompt_id")
    }
    drawn = rng.integers(0, len(labels), (PLAN.draws, len(labels)))
    means = [np.concatenate([steps[labels[pick]] for pick in picks]).mean() for picks in drawn]
    found = estimates.loc[("shallow", "prompt", "base_raw reads base_raw, raw lens", "mean_settled_within_100")]
    alone = estimate_settled({"shallow": frame}, {"shallow": CLUSTERS}, ["shallow"], PLAN)
    same = alone[(alone["scope"] == "shallow") & (alone["method"] == "prompt")].set_index(["arm", "effect"])
    low, high = np.quantile(means, [0.05, 0.95])
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert same.loc[found.name[2:]]["low"] == pytest.approx(low)


def test_prompts_of_one_cluster_have_no_interval(estimates):
    rows = estimates.xs("cluster_tokens", level="method")
    assert (rows["n_clusters"] == 1).all()
    assert rows[["low", "high", "draws"]].isna().all(axis=None)
    assert (estimates.xs("cluster_template", level="method")["n_clusters"] == 2).all()


def test_readers_that_are_the_same_do_not_differ():
    frame = counts_of("pair", SHALLOW)
    one = frame[(frame["reader"] == "tuned_chat") & (frame["teacher"] == "tuned_chat")]
    same = pd.concat([one.assign(reader=other.reader, teacher=other.teacher) for other in COUNTED])
    found = estimate_settled({"pair": same}, {"pair": CLUSTERS}, ["pair"], PLAN)
    compared = found[~found["arm"].str.contains(" reads ")]
    assert len(compared)
    assert not compared[["value", "low", "high"]].fillna(0).any(axis=None)


def test_cosines_of_other_steps_than_were_read_are_refused():
    read = block_readings(reading(SHALLOW, LENGTHS, seed=0), "raw")
    places = [
        (prompt, step, block)
        for prompt, number in LENGTHS.items()
        for step in range(number)
        for block in range(SHALLOW)
    ]
    writes = pd.DataFrame(places, columns=["prompt_id", "step", "block"]).assign(
        cos_to_last=np.arange(len(places)) / 100
    )
    assert block_cosines(writes.sample(frac=1, random_state=0), read)[1].tolist() == [0.05, 0.06, 0.07, 0.08, 0.09]
    with pytest.raises(MeasurementError, match="cosines of 54 states were written for readings of 55; read the"):
        block_cosines(writes[1:], read)
    with pytest.raises(MeasurementError, match="read the histories again"):
        block_cosines(writes.assign(step=writes["step"] + 1), read)
