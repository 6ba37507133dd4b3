"""The token-identity null: pools computed by hand, its exact mean, and the laws that any permutation obeys."""

import itertools

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.experiments.nulls.token_identity import (
    ARMS,
    OTHER,
    permutations_within,
    permute_tokens,
    permuted_interactions,
    pool_of,
)
from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics.plan import Plan

PLAN = Plan("token_identity", seed=7, draws=400, level=0.9)
CELLS = [("base", "base"), ("base", "tuned"), ("tuned", "base"), ("tuned", "tuned")]


def logits_of(interactions, tokens):
    """A token pool whose interaction of each token at each prompt is the given one."""
    rows = []
    for place, values in enumerate(interactions):
        for upstream, late in CELLS:
            own = values if upstream == late == "tuned" else np.zeros(len(tokens))
            where = {"prompt_id": f"p{place}", "upstream": upstream, "late": late}
            rows.append(where | {"tokens": list(tokens), "logits": [float(value) for value in own]})
    return pd.DataFrame(rows)


def events_of(pairs, categories=None):
    """Events of pairs of tokens (base, tuned)."""
    base, tuned = zip(*pairs, strict=True)
    prompts = [f"p{place}" for place in range(len(pairs))]
    categories = categories or ["facts"] * len(pairs)
    return pd.DataFrame({"prompt_id": prompts, "base_token": base, "tuned_token": tuned, "category": categories})


@pytest.fixture
def random_pool():
    rng = np.random.default_rng(2)
    tokens = [3, 5, 8, 13]
    pairs = [tuple(rng.choice(tokens, 2, replace=False)) for _ in range(30)]
    numbers = np.round(64 * rng.normal(size=(30, 4))) / 64
    return pool_of(logits_of(numbers, tokens), events_of(pairs, [f"c{place % 3}" for place in range(30)]))


def values_of(pools, plan=PLAN):
    return permute_tokens(pools, list(pools), plan).set_index(["arm", "scope", "effect"]).sort_index()["value"]


def test_two_prompts_by_hand():
    # At p0 token 5 has interaction 4 and token 8 has 10; at p1 they have 1 and 2, and token 3 has 7.
    pool = pool_of(logits_of([[0, 4, 10], [7, 1, 2]], [3, 5, 8]), events_of([(5, 8), (8, 3)]))
    assert permuted_interactions(pool, np.array([[0, 1], [1, 0]])).tolist() == [[10 - 4, 7 - 2], [0 - 10, 2 - 1]]
    values = values_of({"one": pool})["over all prompts", "one"]
    assert values["observed"] == (6 + 5) / 2
    assert values["null_mean"] == pytest.approx((5.5 - 4.5) / 2, abs=0.6)  # exchanged or not, half of the time each
    assert values["p_upper"] == pytest.approx(0.5, abs=0.1)
    swapped = values_of({"one": pool})["over all prompts" + OTHER, "one"]
    assert swapped[["observed", "null_mean", "null_sd"]].tolist() == [5.5, -4.5, 0.0]
    assert swapped["null_share"] == -4.5 / 5.5
    assert swapped["p_upper"] == pytest.approx(1 / 201, abs=0.01)


def test_the_mean_of_the_null_is_the_mean_over_all_pairs_of_prompts(random_pool):
    count = len(random_pool.prompts)
    every = permuted_interactions(random_pool, np.tile(np.arange(count)[:, np.newaxis], (1, count)))
    values = values_of({"one": random_pool}, Plan("token_identity", 1, 20000, 0.9))
    assert values["over all prompts", "one", "null_mean"] == pytest.approx(every.mean(), abs=0.01)
    same = random_pool.groups["category"][:, np.newaxis] == random_pool.groups["category"]
    assert values["within category", "one", "null_mean"] == pytest.approx(every[same].mean(), abs=0.01)
    own = values["over all prompts", "one", "observed"]
    assert own == pytest.approx(np.diag(every).mean(), rel=1e-12)


def test_a_mean_over_other_tokens_leaves_out_those_that_drew_their_own(random_pool):
    count = len(random_pool.prompts)
    every = permuted_interactions(random_pool, np.tile(np.arange(count)[:, np.newaxis], (1, count))).T
    other = (random_pool.base[:, np.newaxis] != random_pool.base) | (
        random_pool.tuned[:, np.newaxis] != random_pool.tuned
    )
    values = values_of({"one": random_pool}, Plan("token_identity", 1, 20000, 0.9))
    assert values["over all prompts" + OTHER, "one", "null_mean"] == pytest.approx(every[other].mean(), abs=0.01)
    kept = np.repeat(np.diag(every)[:, np.newaxis], count, axis=1)[other].mean()
    assert values["over all prompts" + OTHER, "one", "observed"] == pytest.approx(kept, abs=0.01)


def test_one_pair_of_tokens_everywhere_leaves_all_of_it_and_no_other_tokens():
    pool = pool_of(logits_of(np.arange(12.0).reshape(6, 2) ** 2, [3, 5]), events_of([(3, 5)] * 6))
    rows = permute_tokens({"one": pool}, ["one"], PLAN).set_index(["arm", "scope", "effect"]).sort_index()
    for arm in ARMS:
        assert rows.loc[(arm, "one", "null_share"), ["value", "low", "high"]].tolist() == [1.0, 1.0, 1.0]
        assert rows.loc[(arm, "one", "p_upper"), "value"] == 1.0
        assert rows.loc[(arm, "one", "null_sd"), "value"] == 0.0
        assert np.isnan(rows.loc[(arm + OTHER, "one", "null_mean"), "value"])
        assert rows.loc[(arm + OTHER, "one", "null_mean"), "draws"] == 0


def test_an_interaction_of_tokens_alone_is_left_and_one_of_prompts_alone_is_not():
    rng = np.random.default_rng(4)
    tokens, pairs = list(range(20)), [(2 * place, 2 * place + 1) for place in range(10)]
    generic = np.tile(np.where(np.arange(20) % 2, 2.0, 0.0), (10, 1))
    left = values_of({"one": pool_of(logits_of(generic, tokens), events_of(pairs))})
    assert left["over all prompts" + OTHER, "one", "null_share"] == 1.0
    own = np.zeros((10, 20))
    own[np.arange(10), 2 * np.arange(10) + 1] = rng.uniform(1, 3, 10).round(2)
    gone = values_of({"one": pool_of(logits_of(own, tokens), events_of(pairs))})
    assert gone["over all prompts" + OTHER, "one", "null_share"] == 0.0
    assert gone["over all prompts", "one", "null_share"] == pytest.approx(0.1, abs=0.02)  # a tenth draws its own


def test_permutations_keep_groups_and_are_all_equally_likely():
    groups = np.array([0, 1, 0, 1, 0])
    drawn = permutations_within(groups, np.random.default_rng(0), 6000)
    assert (groups[drawn] == groups).all()
    assert (np.sort(drawn, axis=1) == np.arange(5)).all()
    counts = pd.Series(map(tuple, drawn)).value_counts()
    assert len(counts) == len(list(itertools.permutations(range(3)))) * 2
    assert counts.max() / counts.min() < 1.35


def test_the_balanced_null_is_the_mean_over_families_draw_by_draw(random_pool):
    other = pool_of(logits_of([[0, 4, 10], [7, 1, 2]], [3, 5, 8]), events_of([(5, 8), (8, 3)]))
    values = values_of({"one": random_pool, "two": other})
    arm = "over all prompts"
    for effect in ("observed", "null_mean"):
        mean = (values[arm, "one", effect] + values[arm, "two", effect]) / 2
        assert values[arm, "balanced", effect] == pytest.approx(mean)
    sds = [values[arm, scope, "null_sd"] for scope in ("one", "two")]
    assert values[arm, "balanced", "null_sd"] == pytest.approx(np.hypot(*sds) / 2, rel=0.1)
    assert values[arm, "balanced without one", "null_mean"] == values[arm, "two", "null_mean"]


def test_rows_fit_their_schema(random_pool, table_round_trip):
    rows = table_round_trip(permute_tokens({"one": random_pool, "two": random_pool}, ["one"], PLAN), "estimates")
    assert list(rows.columns) == list(COLUMNS)
    assert set(rows["arm"]) == {*ARMS, *(arm + OTHER for arm in ARMS)}
    assert set(rows["scope"]) == {"one", "two", "balanced"}
    assert set(rows["readout"]) == {"common_tuned"}
    assert (rows[["n_events", "n_prompts", "n_pairs"]] == [30, 30, 1]).all(axis=None)


def test_a_lacking_cell_and_a_logit_that_is_not_finite_name_the_prompt():
    logits, events = logits_of([[0, 4, 10], [7, 1, 2]], [3, 5, 8]), events_of([(5, 8), (8, 3)])
    with pytest.raises(MeasurementError, match=r"prompt 'p1': the token pool lacks cell \('tuned', 'tuned'\)"):
        pool_of(logits.iloc[:-1], events)
    logits["logits"] = [[0.0, np.inf, 0.0], *logits["logits"][1:]]
    with pytest.raises(MeasurementError, match=r"prompt 'p0': a logit in cell \('base', 'base'\) is not finite"):
        pool_of(logits, events)


def test_the_observed_mean_is_over_the_events_that_drew_other_tokens():
    # Two events share a pair and have interaction 10, the third has another pair and interaction 1.
    pairs = [(3, 5), (3, 5), (3, 8)]
    pool = pool_of(logits_of([[0, 10, 4], [0, 10, 6], [0, 2, 1]], [3, 5, 8]), events_of(pairs))
    own, null = [], []
    for drawn in itertools.permutations(range(3)):
        kept = [place for place in range(3) if pairs[drawn[place]] != pairs[place]]
        if kept:
            own.append(np.mean([[10, 10, 1][place] for place in kept]))
            null.append(np.mean([(4, 6, 2)[place] for place in kept]))
    values = values_of({"one": pool}, Plan("token_identity", 1, 20000, 0.9))["over all prompts" + OTHER, "one"]
    assert values["observed"] == pytest.approx(np.mean(own), abs=0.01)  # 5.5, not 7
    assert values["null_mean"] == pytest.approx(np.mean(null), abs=0.02)
