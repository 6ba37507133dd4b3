"""Correlations of interactions with answers: by hand, by scipy, within categories, and what permuting leaves."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr

from crosspatch.errors import MeasurementError
from crosspatch.experiments.behaviour.names import ALL, OUTCOMES
from crosspatch.experiments.behaviour.relations import correlation, permuted, products, relate
from crosspatch.records.arms import WITHIN_CATEGORIES, WITHIN_KINDS
from crosspatch.statistics.plan import Plan

PLAN = Plan("behaviour", 1, draws=400, level=0.9)


def answers(number, seed, *, confounded=False, related=0.0):
    """Of one pair: half the prompts of either category; `related` adds the difference of answers to the interaction."""
    rng = np.random.default_rng(seed)
    base, tuned = rng.random(number) < 0.4, rng.random(number) < 0.6
    category = np.where(np.arange(number) < number // 2, "facts", "safety")
    interaction = rng.normal(size=number) + related * (tuned.astype(float) - base)
    if confounded:  # one category has large interactions, and only there the tuned one gains
        interaction[category == "safety"] += 9
        base, tuned = base & (category == "facts"), tuned | (category == "safety")
    of_safety = np.where(rng.random(number) < 0.5, "refusal", "compliance")
    return pd.DataFrame({
        "pair": "pair", "prompt_id": [f"p{place}" for place in range(number)], "category": category,
        "validator": np.where(category == "facts", "words", of_safety), "interaction": interaction,
        "base_passed": base, "tuned_passed": tuned,
    })  # fmt: skip


def clusters_of(own):
    return pd.DataFrame(
        {"cluster_template": own["prompt_id"].str[:2].to_numpy(), "cluster_tokens": own["prompt_id"].to_numpy()},
        index=own["prompt_id"].to_numpy(),
    )


def related(tables, balanced=None):
    clusters = {pair: clusters_of(own) for pair, own in tables.items()}
    found = relate(tables, clusters, list(tables) if balanced is None else balanced, PLAN)
    return found.set_index(["scope", "method", "arm", "effect"]).sort_index()


def difference(own):
    return own["tuned_passed"].astype(float) - own["base_passed"].astype(float)


@pytest.fixture(scope="module")
def tables():
    return {"small": answers(30, 1, related=0.8), "large": answers(44, 2)}


@pytest.fixture(scope="module")
def found(tables, table_round_trip):
    clusters = {pair: clusters_of(own) for pair, own in tables.items()}
    rows = table_round_trip(relate(tables, clusters, list(tables), PLAN), "estimates")
    return rows.set_index(["scope", "method", "arm", "effect"]).sort_index()


def test_a_correlation_by_hand():
    one, other = np.array([0.0, 1.0, 2.0]), np.array([1.0, 0.0, 2.0])
    sums = products((one, other)).sum(axis=0)[np.newaxis, np.newaxis]
    assert correlation(sums) == pytest.approx(0.5)
    assert np.isnan(correlation(products((one, np.full(3, 0.1))).sum(axis=0)[np.newaxis, np.newaxis]))


def test_two_strata_have_means_of_their_own():
    """Both rise alike within their stratum and fall between them."""
    strata = [products((np.array([0.0, 1.0]) + shift, np.array([0.0, 1.0]) - shift)).sum(axis=0) for shift in (0, 50)]
    assert correlation(np.stack(strata)[np.newaxis]) == pytest.approx(1.0)
    assert correlation(np.sum(strata, axis=0)[np.newaxis, np.newaxis]) < -0.99


def test_numbers_are_those_of_scipy(tables, found):
    for pair, own in tables.items():
        rows = found.loc[pair, "prompt", ALL]["value"]
        assert rows["answer_correlation"] == pytest.approx(pearsonr(own["interaction"], difference(own)).statistic)
        assert rows["answer_rank_correlation"] == pytest.approx(
            spearmanr(own["interaction"], difference(own)).statistic
        )
        change = pearsonr(own["interaction"], difference(own).abs()).statistic
        assert rows["change_correlation"] == pytest.approx(change)
        alike = own.groupby("category")[["interaction"]].transform("mean").join(difference(own).rename("difference"))
        means = alike.groupby(own["category"])["difference"].transform("mean")
        within = pearsonr(own["interaction"] - alike["interaction"], alike["difference"] - means).statistic
        assert found.loc[pair, "prompt", WITHIN_CATEGORIES]["value"]["answer_correlation"] == pytest.approx(within)
        facts = own[own["category"] == "facts"]
        of_facts = found.loc[pair, "prompt", "category facts"].loc["answer_correlation"]
        assert of_facts["value"] == pytest.approx(pearsonr(facts["interaction"], difference(facts)).statistic)
        assert of_facts["n_events"] == len(facts)
        assert "category facts, graded by words" not in found.loc[pair, "prompt"].index, "it has no other validator"
        refused = own[own["validator"] == "refusal"]
        assert found.loc[pair, "prompt", "category safety, graded by refusal"]["n_events"].eq(len(refused)).all()
    both, *single = (found.loc[scope, "prompt", ALL].loc["answer_correlation"] for scope in ("balanced", *tables))
    assert both["value"] == pytest.approx(np.mean([one["value"] for one in single]))
    assert (both["n_pairs"], both["n_events"], both["n_prompts"]) == (2, 74, 44)


def test_the_interval_is_that_of_a_plain_resampling(tables):
    own = tables["small"]
    found = related({"small": own}).loc["small", "prompt", ALL].loc["answer_correlation"]
    labels = sorted(own["prompt_id"])
    rows = own.set_index("prompt_id").loc[labels]
    rng = np.random.default_rng(int(found["seed"]))
    picks = rng.integers(0, len(labels), (PLAN.draws, len(labels)))
    drawn = [pearsonr(rows["interaction"].iloc[pick], difference(rows).iloc[pick]).statistic for pick in picks]
    low, high = np.quantile(drawn, [0.05, 0.95])
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert found["low"] > 0, "the planted relation is found"


def test_what_the_category_makes_is_gone_within_categories():
    found = related({"pair": answers(200, 3, confounded=True)}).loc["pair"]
    assert found.loc["prompt", ALL].loc["answer_correlation"]["low"] > 0.4
    within = found.loc["prompt", WITHIN_CATEGORIES].loc["answer_correlation"]
    assert within["low"] < 0 < within["high"]
    assert found.loc["permutation", ALL]["value"]["null_mean"] > 0.4, "permuting within categories leaves it"
    assert abs(found.loc["permutation", WITHIN_CATEGORIES]["value"]["null_mean"]) < 0.03


def test_the_null_says_how_rare_a_planted_relation_is(found):
    rows = found.loc["small", "permutation", WITHIN_CATEGORIES]["value"]
    assert rows["observed"] == pytest.approx(
        found.loc["small", "prompt", WITHIN_CATEGORIES]["value"]["answer_correlation"]
    )
    assert rows["p_two_sided"] < 0.05
    assert found.loc["large", "permutation", WITHIN_CATEGORIES]["value"]["p_two_sided"] > 0.05


def test_a_permutation_keeps_the_differences_of_every_category(tables):
    own = tables["small"]
    keys = np.random.default_rng(0).random((50, len(own)))
    drawn = permuted(own, WITHIN_CATEGORIES, keys)
    mixed = own.copy()
    for category, rows in own.groupby("category"):
        order = rows.index[np.argsort(keys[7, rows.index])]
        for side in ("base_passed", "tuned_passed"):
            mixed.loc[own["category"] == category, side] = own.loc[order, side].to_numpy()
    assert drawn[8] == pytest.approx(permuted(mixed, WITHIN_CATEGORIES, keys[:1])[0])
    pd.testing.assert_series_equal(
        difference(mixed).groupby(mixed["category"]).sum(), difference(own).groupby(own["category"]).sum()
    )


def test_means_by_who_answers_as_expected(tables, found):
    own = tables["large"]
    alone = own[own["tuned_passed"] & ~own["base_passed"]]
    row = found.loc["large", "prompt", "the tuned one alone"].loc["interaction"]
    assert row["value"] == pytest.approx(alone["interaction"].mean())
    assert row["n_events"] == len(alone)
    counted = [found.loc["large", "prompt", arm].loc["interaction"]["n_events"] for arm in OUTCOMES.values()]
    assert sum(counted) == len(own)


def test_a_pair_whose_answers_do_not_differ_has_no_number_and_no_share_in_the_mean(tables):
    same = answers(20, 5).assign(base_passed=True, tuned_passed=True)
    found = related(tables | {"same": same})
    rows = found.xs("answer_correlation", level="effect")
    assert rows.loc["same", "prompt", ALL][["value", "low", "high", "draws"]].isna().all()
    assert rows.loc["balanced", "prompt", ALL]["n_pairs"] == 2
    assert found.loc["same", "prompt", "both"].loc["interaction"]["n_events"] == 20
    few = related(tables | {"few": answers(2, 1)}).loc["few"]
    assert set(few.index.get_level_values("effect")) == {"interaction"}


def test_a_study_that_grades_nothing_is_refused():
    with pytest.raises(MeasurementError, match=r"none of \['few'\] has 3 prompts .*; say what the prompts"):
        related({"few": answers(2, 1)})


def test_what_the_validator_makes_is_left_within_categories_and_gone_within_kinds():
    """Harmful requests have large interactions and are refused by the tuned one; harmless ones are answered by both."""
    own = answers(200, 6)
    harmful = own["validator"] == "refusal"
    own.loc[own["category"] == "safety", ["base_passed", "tuned_passed"]] = True
    own.loc[harmful, "base_passed"] = np.random.default_rng(0).random(harmful.sum()) < 0.1
    own["interaction"] += 5.0 * harmful
    found = related({"pair": own}).loc["pair"]
    assert found.loc["prompt", WITHIN_CATEGORIES].loc["answer_correlation"]["low"] > 0.3
    kinds = found.loc["prompt", WITHIN_KINDS].loc["answer_correlation"]
    assert kinds["low"] < 0 < kinds["high"]
    assert found.loc["permutation", WITHIN_KINDS]["value"]["observed"] == pytest.approx(kinds["value"])
    assert found.loc["permutation", WITHIN_CATEGORIES]["value"]["p_two_sided"] < 0.01
    assert found.loc["permutation", WITHIN_KINDS]["value"]["p_two_sided"] > 0.05
