"""The label-swap null: every flip of a few prompts listed by hand, scipy's own, and planted symmetric data."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics.label_swap import ARMS, count_nulls, estimate_label_swap, swap_labels
from crosspatch.statistics.plan import Plan

LEVEL = 0.9


def plan(flips, seed=3):
    return Plan("label_swap", seed, flips, LEVEL)


def rows_of(frames, flips, seed=3):
    rows = estimate_label_swap(swap_labels(frames, list(frames), plan(flips, seed)), LEVEL)
    return rows[rows["precision"] == "float32"].set_index(["arm", "scope", "effect"]).sort_index()


def pair_of(make_cells, pair, interactions, templates=None):
    """One event per prompt whose interaction is the given number."""
    templates = templates or [f"t{place}" for place in range(len(interactions))]
    events = [
        {"prompt_id": f"p{place}", "template": template, "margins": [0.0, 0.0, 0.0, value]}
        for place, (value, template) in enumerate(zip(interactions, templates, strict=True))
    ]
    return make_cells(events, pair)


def every_flip(*families):
    """Mean over families for every way that coins can fall; of each family, a list of prompts for each coin."""
    falls = itertools.product((1, -1), repeat=max(map(len, families)))
    return np.array([np.mean([flipped_mean(signs, coins) for coins in families]) for signs in falls])


def flipped_mean(signs, coins):
    return sum(sign * sum(prompts) for sign, prompts in zip(signs, coins, strict=True)) / sum(map(len, coins))


def test_every_flip_of_one_family_by_hand(make_cells):
    values = [1.0, 2.0, 4.0]
    rows = rows_of({"one": pair_of(make_cells, "one", values)}, 4000)
    own = rows.loc["independent", "one"]["value"]
    law = every_flip([[value] for value in values])
    assert own["observed"] == pytest.approx(7 / 3)
    assert own["p_upper"] == pytest.approx((law >= 7 / 3).mean(), abs=0.02)  # 1/8
    assert own["p_two_sided"] == pytest.approx(1 / 4, abs=0.03)
    assert own["null_sd"] == pytest.approx(law.std(), rel=0.05)
    assert own["null_mean"] == pytest.approx(0, abs=0.1)
    assert own["null_999"] == law.max()
    assert own["null_share"] == pytest.approx(own["null_mean"] / own["observed"])


def test_prompts_of_a_template_flip_together(make_cells):
    values, templates = [1.0, 2.0, 4.0, 8.0], ["a", "a", "b", "b"]
    rows = rows_of({"one": pair_of(make_cells, "one", values, templates)}, 4000)
    law = every_flip([[1.0, 2.0], [4.0, 8.0]])
    own = rows.loc["templates", "one"]["value"]
    assert own["p_upper"] == pytest.approx((law >= 15 / 4).mean(), abs=0.03)  # 1/4, with 1/16 for four coins
    assert own["null_sd"] == pytest.approx(law.std(), rel=0.05)
    assert rows.loc["independent", "one"]["value"]["p_upper"] == pytest.approx(1 / 16, abs=0.02)


def test_families_share_coins_or_have_their_own(make_cells):
    values = [1.0, 2.0, 4.0]
    frames = {name: pair_of(make_cells, name, values) for name in ("one", "two")}
    rows = rows_of(frames, 4000)
    shared = every_flip([[value] for value in values])
    assert rows.loc["shared prompts", "balanced"]["value"]["null_sd"] == pytest.approx(shared.std(), rel=0.05)
    assert rows.loc["independent", "balanced"]["value"]["null_sd"] == pytest.approx(shared.std() / 2**0.5, rel=0.05)
    assert rows.loc["independent", "balanced"]["value"]["p_upper"] == pytest.approx(1 / 64, abs=0.01)
    assert set(rows.index.get_level_values("arm")) == set(ARMS)


def test_a_mean_without_a_pair_is_that_of_the_others_with_the_same_coins(three_pairs):
    nulls = {
        (null.about["arm"], null.about["scope"]): null for null in swap_labels(three_pairs, [*three_pairs], plan(50))
    }
    for arm in ARMS:
        whole = nulls[arm, "balanced"]
        rest = [nulls[arm, f"balanced without {pair}"] for pair in three_pairs]
        np.testing.assert_allclose(whole.values, sum(null.values for null in rest) / 3)
        assert [null.about["n_pairs"] for null in rest] == [2, 2, 2]


def test_it_is_scipys_test_of_samples_with_random_signs(three_pairs):
    frame = three_pairs["alpha"]
    rows = rows_of({"alpha": frame}, 9999).loc["independent", "alpha"]["value"]
    wide = frame.pivot_table("margin_float32", "prompt_id", ["upstream", "late"])
    values = (wide["tuned", "tuned"] - wide["tuned", "base"] - wide["base", "tuned"] + wide["base", "base"]).to_numpy()
    scipys = stats.permutation_test(
        (values,), np.mean, permutation_type="samples", n_resamples=9999, alternative="greater", rng=1
    )
    assert rows["observed"] == pytest.approx(scipys.statistic)
    assert rows["p_upper"] == pytest.approx(scipys.pvalue, abs=0.01)
    assert rows["null_sd"] == pytest.approx(scipys.null_distribution.std(), rel=0.03)


def test_p_values_of_symmetric_data_are_uniform_and_never_below_the_floor(make_cells):
    rng, found = np.random.default_rng(0), []
    for number in range(60):
        values = np.round(64 * rng.laplace(size=15)) / 64
        found.append(
            rows_of({"one": pair_of(make_cells, "one", values)}, 199, number).loc["independent", "one"]["value"]
        )
    for effect in ("p_upper", "p_two_sided"):
        p_values = np.array([values[effect] for values in found])
        assert stats.kstest(p_values, "uniform").pvalue > 0.01
        assert p_values.min() >= 1 / 200
        assert np.mean(p_values <= 0.2) < 0.35


def test_the_floor_is_reached_where_no_flip_is_as_large(make_cells):
    own = rows_of({"one": pair_of(make_cells, "one", [1.0] * 40)}, 99).loc["independent", "one"]["value"]
    assert own["p_upper"] == own["p_two_sided"] == 1 / 100
    opposite = rows_of({"one": pair_of(make_cells, "one", [-1.0] * 40)}, 99).loc["independent", "one"]["value"]
    assert opposite["p_upper"] == 1.0
    assert opposite["p_two_sided"] == 1 / 100


def test_interactions_that_are_all_zero_are_never_extreme(make_cells):
    own = rows_of({"one": pair_of(make_cells, "one", [0.0] * 5)}, 99).loc["independent", "one"]["value"]
    assert own[["p_upper", "p_two_sided"]].tolist() == [1.0, 1.0]
    assert own["null_sd"] == 0.0
    assert np.isnan(own["null_share"])


def test_rows_and_histograms_fit_their_schemas(three_pairs, table_round_trip):
    nulls = swap_labels(three_pairs, ["alpha", "beta"], plan(200))
    rows = table_round_trip(estimate_label_swap(nulls, LEVEL), "estimates")
    assert list(rows.columns) == list(COLUMNS)
    assert set(rows["scope"]) == {*three_pairs, "balanced", "balanced without alpha", "balanced without beta"}
    assert set(rows["method"]) == {"sign_flip"}
    assert (rows.loc[rows["effect"] != "observed", "draws"] == 200).all()
    assert rows.loc[rows["low"].notna(), "effect"].unique().tolist() == ["null_mean", "null_share"]
    counts = table_round_trip(count_nulls(nulls), "null_counts")
    keys = ["arm", "scope", "readout", "precision"]
    assert (counts.groupby(keys)["count"].sum() == 200).all()
    ends = rows[rows["effect"] == "null_999"].set_index(keys)["value"]
    assert (counts.groupby(keys)["bin_high"].max() >= ends.loc[counts.groupby(keys).size().index] - 1e-12).all()


def test_the_seed_decides_and_pairs_do_not_depend_on_each_other(three_pairs):
    one = rows_of(three_pairs, 100)
    pd.testing.assert_frame_equal(one, rows_of(three_pairs, 100))
    alone = rows_of({"alpha": three_pairs["alpha"]}, 100)
    pd.testing.assert_frame_equal(one.loc["templates", "alpha"], alone.loc["templates", "alpha"])
    assert one["value"].to_dict() != rows_of(three_pairs, 100, seed=4)["value"].to_dict()
