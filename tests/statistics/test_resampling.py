"""Bootstrap draws: the same indices as scipy, exact sums, and a second route by pandas for every scheme."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crosspatch.measures.effects import EFFECTS, effects_of_cell_means
from crosspatch.statistics import resampling
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.intervals import percentile_interval
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.resampling import (
    drawn_counts,
    joint_means,
    joint_value_means,
    two_level_means,
)
from crosspatch.statistics.samples import pair_samples
from crosspatch.statistics.units import prompt_units

DRAWS = 60


def one_view(cells):
    """Return the prompts' four margins as a table, by a route of its own."""
    first = cells[cells["readout"].eq("common_tuned")]
    table = first.pivot_table(index="prompt_id", columns=["upstream", "late"], values="margin_float32")
    return table[[("base", "base"), ("base", "tuned"), ("tuned", "base"), ("tuned", "tuned")]]


def units_of(cells, scheme="prompt"):
    (sample,) = pair_samples({cells["pair"].iloc[0]: cells}, [])
    return sample.units[scheme]


def test_seeds_are_the_same_in_every_process():
    # printf '7\nscale alpha\nprompt' | sha256sum | cut -c1-12
    assert Plan("scale", 7, 10, 0.9).seed_of("alpha", "prompt") == 0x8D13A5FBD65C
    seeds = {
        Plan(control, seed, 10, 0.9).seed_of(scope, scheme)
        for control, seed, scope, scheme in [
            *(("scale", 7, "alpha", "two"), ("scale", 8, "alpha", "two"), ("scale", 7, "beta", "two")),
            *(("scale", 7, "a", ""), ("depth", 7, "alpha", "two")),
        ]
    }
    assert len(seeds) == 5
    assert max(seeds) < 2**48


def test_counts_are_of_the_index_draws_of_scipy(monkeypatch):
    monkeypatch.setattr(resampling, "_CHUNK", 7)
    counts = np.concatenate(list(drawn_counts(np.random.default_rng(3), 20, 5)))
    picks = np.random.default_rng(3).integers(0, 5, (20, 5))
    np.testing.assert_array_equal(counts, [np.bincount(row, minlength=5) for row in picks])


@pytest.mark.parametrize(
    ("effect", "statistic"),
    [
        ("interaction", lambda bb, bt, tb, tt, axis: np.mean(tt - tb - bt + bb, axis=axis)),
        ("portable_share", lambda bb, bt, tb, tt, axis: np.mean(bt - bb, axis=axis) / np.mean(tt - tb, axis=axis)),
    ],
)
def test_percentile_intervals_equal_those_of_scipy(make_random_cells, effect, statistic):
    cells = make_random_cells("one", [f"p{number:03d}" for number in range(150)], 4)
    data = tuple(one_view(cells).to_numpy().T)
    options = {"n_resamples": 2500, "paired": True, "method": "percentile", "confidence_level": 0.9, "vectorized": True}
    expected = stats.bootstrap(data, statistic, rng=np.random.default_rng(11), **options).confidence_interval
    (draws,) = joint_means([units_of(cells)], np.random.default_rng(11), 2500)
    interval = percentile_interval(draws, 0.9)
    place = (0, 0, EFFECTS.index(effect))
    np.testing.assert_allclose([interval.low[place], interval.high[place]], expected, rtol=0, atol=1e-12)
    assert interval.draws[place] == 2500


def test_sums_of_draws_are_exact(make_cells):
    rng = np.random.default_rng(0)
    margins = rng.normal(scale=20, size=(300, 4))
    events = [{"prompt_id": f"p{number:03d}", "margins": margin} for number, margin in enumerate(margins)]
    cells = pair_cells(make_cells(events, readouts=("common_tuned", "native")))
    units = prompt_units(cells, [rng.random(300) < share for share in (1.1, 0.5, 0.2)])
    (draws,) = joint_means([units], np.random.default_rng(1), DRAWS)
    counts = np.concatenate(list(drawn_counts(np.random.default_rng(1), DRAWS, 300)))
    for draw, arm, cell in [(0, 0, 0), (7, 1, 1), (31, 2, 2), (59, 0, 3), (40, 1, 0), (41, 2, 3)]:
        total = math.fsum(counts[draw] * units.totals[:, arm, 0, cell])
        assert draws[draw, arm, 0, cell] == total / (counts[draw] @ units.sizes[:, arm])


def test_joint_draws_equal_resampling_the_shared_prompts_one_by_one(three_pairs):
    samples = pair_samples(three_pairs, [])
    draws = joint_means([sample.units["prompt"] for sample in samples], np.random.default_rng(2), DRAWS)
    prompts = sorted(set().union(*(cells["prompt_id"] for cells in three_pairs.values())))
    rng = np.random.default_rng(2)
    for draw in range(DRAWS):
        drawn = [prompts[pick] for pick in rng.integers(0, len(prompts), len(prompts))]
        for pair, own in zip(three_pairs, draws, strict=True):
            table = one_view(three_pairs[pair])
            rows = pd.concat([table.loc[[prompt]] for prompt in drawn if prompt in table.index])
            np.testing.assert_allclose(own[draw, 0, 0], rows.mean(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("scheme", ["cluster_template", "cluster_tokens"])
def test_clusters_are_drawn_whole(three_pairs, scheme):
    cells = three_pairs["alpha"]
    (draws,) = joint_means([units_of(cells, scheme)], np.random.default_rng(5), DRAWS)
    tokens = cells["category"] + "|" + cells["base_token"].astype(str) + "|" + cells["tuned_token"].astype(str)
    cluster = {"cluster_template": cells["template"], "cluster_tokens": tokens}[scheme]
    members = {name: rows["prompt_id"].unique() for name, rows in cells.groupby(cluster)}
    assert 2 < len(members) < cells["prompt_id"].nunique()
    names, table, rng = sorted(members), one_view(cells), np.random.default_rng(5)
    for draw in range(DRAWS):
        drawn = [names[pick] for pick in rng.integers(0, len(names), len(names))]
        rows = pd.concat([table.loc[members[name]] for name in drawn])
        np.testing.assert_allclose(draws[draw, 0, 0], rows.mean(), rtol=0, atol=1e-12)


def test_two_levels_equal_drawing_pairs_then_prompts_one_by_one(three_pairs):
    samples = pair_samples(three_pairs, [])
    draws = two_level_means([sample.units["prompt"] for sample in samples], np.random.default_rng(6), DRAWS)
    rng = np.random.default_rng(6)
    picks = rng.integers(0, 3, (DRAWS, 3))
    drawn = [[] for _ in range(DRAWS)]
    for number, cells in enumerate(three_pairs.values()):
        table = one_view(cells)
        for draw in range(DRAWS):
            for _ in range((picks[draw] == number).sum()):
                drawn[draw].append(table.iloc[rng.integers(0, len(table), len(table))].mean())
    expected = [np.mean(means, axis=0) for means in drawn]
    np.testing.assert_allclose(draws[:, 0, 0], expected, rtol=0, atol=1e-12)


def test_a_draw_that_leaves_an_arm_empty_is_missing_and_not_counted(make_cells):
    events = [{"prompt_id": f"p{number}", "step": int(number < 2), "margins": (0, 1, 2, 4)} for number in range(6)]
    (sample,) = pair_samples({"one": make_cells(events)}, [1])
    (draws,) = joint_means([sample.units["prompt"]], np.random.default_rng(1), 500)
    picks = np.random.default_rng(1).integers(0, 6, (500, 6))
    empty = (picks >= 2).all(axis=1)
    assert 0 < empty.sum() < 500
    arm = sample.arms.index("position >= 1")
    np.testing.assert_array_equal(np.isnan(draws[:, arm]).all(axis=(1, 2)), empty)
    interval = percentile_interval(draws, 0.95)
    assert (interval.draws[arm] == 500 - empty.sum()).all()
    np.testing.assert_array_equal(interval.low[arm, 0], effects_of_cell_means(np.array([0.0, 1.0, 2.0, 4.0])))


def test_intervals_of_a_known_mean_cover_it_about_as_often_as_they_say(make_random_cells):
    rng, covered = np.random.default_rng(9), []
    template = units_of(make_random_cells("one", [f"p{number:02d}" for number in range(60)], 4))
    for _ in range(300):
        margins = rng.normal([-2.0, -1.0, 0.0, 3.0], 1.5, size=template.totals.shape)
        units = type(template)(template.labels, margins, np.ones_like(template.sizes))
        (draws,) = joint_means([units], rng, 300)
        interval = percentile_interval(draws, 0.9)
        place = (0, 0, EFFECTS.index("interaction"))
        covered.append(interval.low[place] <= 2.0 <= interval.high[place])
    assert 0.84 < np.mean(covered) < 0.95


def test_values_are_drawn_like_arms_to_the_last_bit(three_pairs):
    samples = [sample.units["prompt"] for sample in pair_samples(three_pairs, [1, 3])]
    one, other = (draw(samples, np.random.default_rng(5), 1200) for draw in (joint_means, joint_value_means))
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)
