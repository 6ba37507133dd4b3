"""Matching of endpoints by hand, against a plain loop and statsmodels, and what is refused."""

import itertools

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from crosspatch.experiments.gap.endpoints import COVARIATES, OUTCOMES, endpoint_rows
from crosspatch.experiments.gap.matched_estimates import MATCHED, NAMES, estimate_matched, quality_rows
from crosspatch.experiments.gap.matching import (
    WEIGHTS,
    Pooled,
    cells_of,
    match_quality,
    matched_effects,
    pooled,
    row_weights,
)
from crosspatch.statistics.plan import Plan
from planted_readings import reading

BARS = {"retention": 0.25, "imbalance": 0.1}


def by_hand(cells, second, outcomes, prompts=None):
    rows = len(cells)
    covariates = np.column_stack([np.array(cells, dtype=float)] * 3)
    names = pd.Series(prompts or [f"p{row}" for row in range(rows)])
    return Pooled(names, np.array(second), np.array(cells), covariates, np.array(outcomes, dtype=float)[:, None])


def effect_of(rows, weighing, counts=None):
    units = np.arange(len(rows.cells))
    counts = np.ones((1, len(units))) if counts is None else np.array([counts], dtype=float)
    return matched_effects(rows, units, counts)[weighing][0, 0]


TWO_CELLS = by_hand([0, 0, 0, 1, 1, 1, 2], [0, 0, 1, 0, 1, 1, 0], [5, 7, 1, 9, 2, 4, 100])


@pytest.mark.parametrize(
    ("weighing", "expected"),
    # cell 0: 6 - 1 of 2 and 1 steps; cell 1: 9 - 3 of 1 and 2; cell 2 has none of the second reading
    [("matched", (1 * 5 + 1 * 6) / 2), ("overlap weights", (2 / 3 * 5 + 2 / 3 * 6) / (4 / 3))],
)
def test_an_effect_is_the_weighted_mean_over_common_cells(weighing, expected):
    assert effect_of(TWO_CELLS, weighing) == pytest.approx(expected)


def test_a_draw_is_matched_anew():
    drawn = effect_of(TWO_CELLS, "matched", [1, 0, 2, 1, 3, 1, 1])
    assert drawn == pytest.approx((1 * (5 - 1) + 1 * (9 - 2.5)) / 2)
    assert np.isnan(effect_of(TWO_CELLS, "matched", [1, 1, 0, 1, 0, 0, 1]))


@pytest.mark.parametrize("weighing", WEIGHTS)
def test_the_effect_is_the_difference_of_weighted_means_of_rows(weighing):
    rng = np.random.default_rng(0)
    rows = pooled(*(_steps(rng, size, shift) for size, shift in ((130, 0.3), (90, 0.0))), COVARIATES, ["out"])
    weights = row_weights(rows, weighing)
    means = [DescrStatsW(rows.outcomes[rows.second == one, 0], weights[rows.second == one]).mean for one in (0, 1)]
    assert effect_of(rows, weighing) == pytest.approx(means[0] - means[1])
    sums = [weights[rows.second == one].sum() for one in (0, 1)]
    assert sums[0] == pytest.approx(sums[1])


def _steps(rng, size, shift):
    numbers = {name: rng.normal(shift, 1, size) for name in COVARIATES}
    return pd.DataFrame({"prompt_id": [f"p{row % 17}" for row in range(size)], **numbers, "out": rng.normal(size=size)})


def test_an_effect_that_hangs_on_the_endpoint_alone_is_gone_when_they_are_matched():
    rng = np.random.default_rng(1)
    one, other = (_steps(rng, 6000, shift) for shift in (0.5, 0.0))
    for rows in (one, other):
        rows["top_probability"], rows["top_margin"] = rows["entropy"], rows["entropy"]
        rows["out"] = 2.0 * rows["entropy"]
    both = pooled(one, other, COVARIATES, ["out"])
    assert one["out"].mean() - other["out"].mean() > 0.9
    quality = match_quality(both, "matched")
    assert quality.unmatched[0] > 0.4
    assert abs(quality.matched[0]) < 0.05
    assert abs(effect_of(both, "matched")) < 0.1
    other["out"] -= 1.0
    assert effect_of(pooled(one, other, COVARIATES, ["out"]), "matched") == pytest.approx(1.0, abs=0.1)


def test_cells_are_equal_parts_and_ties_share_one():
    even = np.column_stack([np.arange(100.0)] * 3)
    assert np.bincount(cells_of(even)).tolist() == [10] * 10
    assert set(cells_of(np.ones((7, 3)))) == {0}
    crossed = np.column_stack([np.repeat([0.0, 1.0], 50), np.tile([0.0, 1.0], 50), np.zeros(100)])
    assert np.bincount(cells_of(crossed)).tolist() == [25] * 4


def test_quality_by_hand():
    quality = match_quality(TWO_CELLS, "matched")
    assert quality.retention == pytest.approx(6 / 7)
    weights = np.array([0.5, 0.5, 1.0])  # of the first reading's rows in cells 0, 0 and 1
    assert quality.effective[0] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    first, second = np.array([0, 0, 1, 2.0]), np.array([0, 1, 1.0])
    spread = np.sqrt((first.var() + second.var()) / 2)
    assert quality.unmatched[0] == pytest.approx((first.mean() - second.mean()) / spread)
    assert quality.matched[0] == pytest.approx(0.0)


def test_readings_that_end_nowhere_alike_have_no_match():
    apart = by_hand([0, 0, 1, 1], [0, 0, 1, 1], [1, 2, 3, 4])
    assert np.isnan(effect_of(apart, "matched"))
    quality = match_quality(apart, "matched")
    assert quality.retention == 0
    assert np.isinf(quality.matched).all()
    assert not any(row["passed"] for row in quality_rows("pair", "own histories", apart, BARS))


def test_rows_of_a_reading_are_those_of_its_end_and_its_outcomes():
    table = reading(5, {"p1": 2, "p0": 3}, seed=3)
    rows = endpoint_rows(table)
    assert list(zip(rows["prompt_id"], rows["step"], strict=True)) == [
        ("p0", 0),
        ("p0", 1),
        ("p0", 2),
        ("p1", 0),
        ("p1", 1),
    ]
    end = table[(table["lens"] == "raw") & (table["block"] == 4)].set_index(["prompt_id", "step"]).loc[("p1", 1)]
    assert rows.iloc[-1]["entropy"] == end["entropy"]
    assert rows.iloc[-1]["top_probability"] == pytest.approx(np.exp(end["top_log_probability"]))
    assert [name for name in rows if " " in name] == [f"{lens} {name}" for lens in OUTCOMES for name in OUTCOMES[lens]]


@pytest.fixture(scope="module")
def study():
    """Two pairs of different numbers of steps; the match of one is bad in one comparison."""
    rng = np.random.default_rng(5)
    rows = {}
    for pair, prompts, effect in (("one", 23, 1.0), ("two", 17, 3.0)):
        rows[pair] = {}
        for compared in MATCHED:
            bad = pair == "two" and compared == "base history"
            steps = [_steps(rng, 40 * prompts, shift) for shift in ((3.0 if bad else 0.0), 0.0)]
            for place, (part, shift) in enumerate(zip(steps, (effect, 0.0), strict=True)):
                part["prompt_id"] = [f"p{row % prompts}" for row in range(len(part))]
                for number, name in enumerate(NAMES):
                    part[name] = rng.normal(shift * (number + 1), 0.1, len(part))
                steps[place] = part
            rows[pair][compared] = pooled(*steps, COVARIATES, NAMES)
    return rows


def test_pairs_whose_match_is_bad_have_no_number_and_are_in_no_mean(study):
    quality = pd.DataFrame(
        [row for pair in study for one in MATCHED for row in quality_rows(pair, one, study[pair][one], BARS)]
    )
    passed = quality.set_index(["pair", "compared", "weighing"])["passed"].to_dict()
    assert {key[:2] for key, good in passed.items() if not good} == {("two", "base history")}
    assert (quality["effective_first"] <= quality["n_first"]).all()
    clusters = pd.DataFrame(
        {
            "cluster_template": [f"t{place // 2}" for place in range(23)],
            "cluster_tokens": [f"k{place}" for place in range(23)],
        },
        index=[f"p{place}" for place in range(23)],
    )
    found = estimate_matched(
        study, dict.fromkeys(study, clusters), passed, ["one", "two"], Plan("gap_matched", 3, 60, 0.9)
    )
    own = found[(found["arm"] == "own histories, raw lens, matched") & (found["method"] == "prompt")]
    values = own[own["effect"] == "gap_final_half"].set_index("scope")
    alone = {"balanced without one": 3.0, "balanced without two": 1.0}
    assert values["value"].to_dict() == pytest.approx({"one": 1.0, "two": 3.0, "balanced": 2.0, **alone}, abs=0.05)
    for left, kept in (("one", "two"), ("two", "one")):
        numbers = ["value", "low", "high", "n_prompts", "n_pairs"]
        assert values.loc[f"balanced without {left}", numbers].equals(values.loc[kept, numbers].rename())
    assert ((values["low"] < values["value"]) & (values["value"] < values["high"])).all()
    assert values["n_prompts"].to_dict() == {
        "one": 23,
        "two": 17,
        "balanced": 23,
        "balanced without two": 23,
        "balanced without one": 17,
    }
    assert values.loc["balanced", "n_events"] == 40
    refused = found[found["arm"] == "base history, raw lens, matched"]
    assert set(refused["scope"]) == {"one", "balanced"}
    assert set(refused["n_pairs"]) == {1}
    templates = found[(found["method"] == "cluster_template") & (found["scope"] == "one")]
    assert set(templates["n_clusters"]) == {12}


def test_equal_draws_serve_all_pairs(study):
    passed = dict.fromkeys(itertools.product(study, MATCHED, WEIGHTS), True)
    clusters = {
        pair: pd.DataFrame({"cluster_template": "t", "cluster_tokens": "k"}, index=[f"p{n}" for n in range(23)])
        for pair in study
    }
    same = dict.fromkeys(study, study["one"])
    found = estimate_matched(same, clusters, passed, list(study), Plan("gap_matched", 3, 60, 0.9))
    wide = found[found["method"] == "prompt"].pivot_table(
        index=["arm", "effect"], columns="scope", values=["low", "high"]
    )
    for end in ("low", "high"):
        np.testing.assert_allclose(wide[end]["balanced"], wide[end]["one"])
