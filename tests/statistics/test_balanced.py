"""Estimates balanced over pairs: second routes for every method, and what happens where pairs lack prompts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crosspatch.errors import MeasurementError
from crosspatch.files.tables import write_table
from crosspatch.statistics.balanced import estimate_balanced
from crosspatch.statistics.estimates import estimate_pair
from crosspatch.statistics.plan import Plan

PLAN = Plan("headline", seed=3, draws=80, level=0.9)
POSITIONS = [1]


def of_pair(cells, plan=PLAN):
    return estimate_pair(cells, plan, positions=POSITIONS)


def balanced(frames, plan=PLAN):
    return estimate_balanced(frames, plan, positions=POSITIONS)


def row(frame, effect="interaction", arm="all", method="prompt", scope="balanced"):
    chosen = frame["effect"].eq(effect) & frame["arm"].eq(arm) & frame["method"].eq(method)
    chosen &= frame["readout"].eq("common_tuned") & frame["precision"].eq("float32") & frame["scope"].eq(scope)
    (found,) = frame[chosen].to_dict("records")
    return found


def prompt_effects(cells, arm="all"):
    """Return portable and matched by prompt, by a route of its own."""
    if arm == "consistent":
        cells = cells[cells["consistent"]]
    if arm == "position >= 1":
        cells = cells[cells["step"] >= 1]
    wide = cells.pivot_table(index="prompt_id", columns=["upstream", "late"], values="margin_float32")
    return pd.DataFrame(
        {
            "portable": wide["base", "tuned"] - wide["base", "base"],
            "matched": wide["tuned", "tuned"] - wide["tuned", "base"],
        }
    )


def values_of(means):
    """Return interaction and portable_share of balanced means of portable and matched."""
    balanced = pd.concat(means, axis="columns").mean(axis="columns")
    return balanced["matched"] - balanced["portable"], balanced["portable"] / balanced["matched"]


def joint_draws(frames, arm, seed):
    prompts = sorted(set().union(*(cells["prompt_id"] for cells in frames.values())))
    tables = [prompt_effects(cells, arm) for cells in frames.values()]
    rng = np.random.default_rng(seed)
    for _ in range(PLAN.draws):
        drawn = pd.Index(prompts)[rng.integers(0, len(prompts), len(prompts))]
        yield [table.reindex(drawn).mean() for table in tables]


@pytest.fixture(scope="module")
def estimates(three_pairs):
    return balanced(three_pairs)


def check(found, draws):
    low, high = np.quantile(draws, [0.05, 0.95])
    np.testing.assert_allclose([found["low"], found["high"]], [low, high], rtol=0, atol=1e-12)
    assert (found["draws"], found["level"]) == (PLAN.draws, PLAN.level)


@pytest.mark.parametrize("arm", ["all", "consistent", "position >= 1"])
def test_the_joint_bootstrap_and_leaving_pairs_out_by_a_second_route(estimates, three_pairs, arm):
    draws = list(joint_draws(three_pairs, arm, PLAN.seed_of("balanced", "prompt")))
    own = [prompt_effects(cells, arm).mean() for cells in three_pairs.values()]
    for scope, kept in {"balanced": (0, 1, 2), "balanced without beta": (0, 2)}.items():
        values = values_of([own[number] for number in kept])
        drawn = np.array([values_of([means[number] for number in kept]) for means in draws])
        for number, effect in enumerate(("interaction", "portable_share")):
            found = row(estimates, effect, arm, scope=scope)
            assert found["value"] == pytest.approx(values[number], abs=1e-12)
            assert found["n_pairs"] == len(kept)
            check(found, drawn[:, number])


def test_independent_draws_are_those_behind_the_pairs_own_rows(estimates, three_pairs):
    own = []
    for pair, cells in three_pairs.items():
        table, rng = prompt_effects(cells), np.random.default_rng(PLAN.seed_of(pair, "prompt"))
        picks = rng.integers(0, len(table), (PLAN.draws, len(table)))
        own.append(table.to_numpy()[picks].mean(axis=1))
    portable, matched = np.mean(own, axis=0).T
    check(row(estimates, "interaction", method="prompt_independent"), matched - portable)
    check(row(estimates, "portable_share", method="prompt_independent"), portable / matched)


def test_the_normal_interval_adds_the_pairs_own_widths_in_quadrature(estimates, three_pairs):
    own = [row(of_pair(cells), scope=pair) for pair, cells in three_pairs.items()]
    z = 1.6448536269514722
    errors = [(one["high"] - one["low"]) / (2 * z) for one in own]
    value, error = np.mean([one["value"] for one in own]), np.sqrt(np.sum(np.square(errors))) / 3
    found = row(estimates, method="normal")
    np.testing.assert_allclose([found["low"], found["high"]], [value - z * error, value + z * error], atol=1e-12)
    assert not estimates.loc[estimates["method"].eq("normal"), "effect"].str.contains("share|over").any()


@pytest.mark.parametrize("method", ["cluster_template", "two_level"])
def test_wider_methods_use_their_own_generator(estimates, method):
    found = row(estimates, method=method)
    assert found["seed"] == PLAN.seed_of("balanced", method)
    assert found["low"] < found["value"] < found["high"]


def test_shared_templates_are_drawn_for_all_pairs_at_once(estimates, three_pairs):
    templates = sorted(set().union(*(cells["template"] for cells in three_pairs.values())))
    rng, drawn = np.random.default_rng(PLAN.seed_of("balanced", "cluster_template")), []
    for _ in range(PLAN.draws):
        picked = [templates[pick] for pick in rng.integers(0, len(templates), len(templates))]
        means = [
            prompt_effects(cells).loc[
                [prompt for name in picked for prompt in cells.loc[cells["template"].eq(name), "prompt_id"].unique()]
            ]
            for cells in three_pairs.values()
        ]
        drawn.append(values_of([mean.mean() for mean in means])[0])
    check(row(estimates, method="cluster_template"), drawn)
    assert row(estimates, method="cluster_template")["n_clusters"] == len(templates)


def test_range_and_median_are_over_the_pairs_values(estimates, three_pairs):
    for effect in ("interaction", "matched_over_portable"):
        own = [row(of_pair(cells), effect, scope=pair)["value"] for pair, cells in three_pairs.items()]
        ends, median = row(estimates, effect, method="pair_range"), row(estimates, effect, method="pair_median")
        assert (ends["low"], ends["high"]) == (min(own), max(own))
        assert ends["value"] == row(estimates, effect)["value"]
        assert median["value"] == pytest.approx(np.median(own), abs=1e-12)
        assert pd.isna([ends["level"], ends["draws"], ends["seed"], median["low"], median["high"]]).all()


def test_counts_of_a_scope(estimates, three_pairs):
    found = row(estimates)
    assert found["n_events"] == sum(cells["prompt_id"].nunique() for cells in three_pairs.values())
    assert found["n_prompts"] == pd.concat(three_pairs)["prompt_id"].nunique()
    assert row(estimates, scope="balanced without alpha")["n_prompts"] == 22


def test_equal_pairs_balance_to_the_pair_and_joint_draws_do_not_shrink_with_their_number(make_random_cells):
    prompts = [f"p{number:02d}" for number in range(30)]
    frames = {pair: make_random_cells(pair, prompts, 7) for pair in ("a", "b", "c", "d")}
    frame = balanced(frames, replace(PLAN, draws=2000))
    own = row(of_pair(frames["a"], replace(PLAN, draws=2000)), scope="a")
    assert row(frame)["value"] == own["value"]
    width = own["high"] - own["low"]
    joint, independent = row(frame), row(frame, method="prompt_independent")
    assert joint["high"] - joint["low"] == pytest.approx(width, rel=0.1)
    assert independent["high"] - independent["low"] == pytest.approx(width / 2, rel=0.1)


def test_a_pair_without_prompts_in_an_arm_does_not_count_there(make_cells):
    def cells(pair, categories, margin):
        events = [
            {"prompt_id": f"p{number:02d}", "category": name, "margins": (0.0, 0.0, 0.0, margin)}
            for number, name in enumerate(categories)
        ]
        return make_cells(events, pair)

    frames = {
        "a": cells("a", ["facts"] * 5 + ["code"] * 5, 1.0),
        "b": cells("b", ["facts"] * 10, 3.0),
        "c": cells("c", ["facts"] * 7 + ["poems"] + ["code"] * 2, 5.0),
    }
    frame = balanced(frames)
    code, poems = row(frame, arm="category code"), row(frame, arm="category poems")
    assert (code["value"], code["low"], code["high"], code["n_pairs"]) == (3.0, 3.0, 3.0, 2)
    assert 0 < code["draws"] < PLAN.draws  # some draws leave out both prompts of pair c
    assert (poems["value"], poems["n_pairs"]) == (5.0, 1)
    assert pd.isna([poems["low"], poems["draws"]]).all()
    assert row(frame)["value"] == row(frame, arm="category facts")["value"] == 3.0
    two_level = row(frame, arm="category code", method="two_level")
    assert (two_level["low"], two_level["high"]) == (1.0, 5.0)
    assert pd.isna(row(frame, arm="category poems", method="two_level")["low"])
    left = row(frame, arm="category poems", scope="balanced without c")
    assert left["n_pairs"] == left["n_events"] == 0
    assert pd.isna(left["value"])


def test_one_pair_with_an_arm_is_not_a_sample_of_pairs(make_random_cells):
    frames = {pair: make_random_cells(pair, [f"{pair}{n}" for n in range(20)], 3) for pair in ("a", "b")}
    frames["b"] = frames["b"].assign(category="poems")
    found = row(balanced(frames), arm="category poems", method="two_level")
    assert found["n_pairs"] == 1
    assert pd.isna([found["low"], found["draws"], found["seed"]]).all()
    assert row(balanced(frames), arm="category poems")["low"] < found["value"]


def test_two_levels_are_wider_where_pairs_differ(make_random_cells):
    prompts = [f"p{number:02d}" for number in range(40)]
    frames = {pair: make_random_cells(pair, prompts, seed) for seed, pair in enumerate("abcd")}
    moved = frames["a"]["upstream"].eq("tuned") & frames["a"]["late"].eq("tuned")
    frames["a"] = frames["a"].assign(margin_float32=frames["a"]["margin_float32"] + 8.0 * moved)
    frame = balanced(frames, replace(PLAN, draws=1000))
    widths = {
        method: row(frame, method=method)["high"] - row(frame, method=method)["low"]
        for method in ("prompt", "two_level")
    }
    assert widths["two_level"] > 3 * widths["prompt"]


def test_adding_a_pair_changes_no_other_pairs_rows(three_pairs):
    before = {pair: of_pair(three_pairs[pair]).to_csv() for pair in ("alpha", "gamma")}
    balanced(three_pairs)
    after = {pair: of_pair(cells).to_csv() for pair, cells in three_pairs.items()}
    assert {pair: after[pair] for pair in before} == before
    assert len({row(of_pair(cells), scope=pair)["seed"] for pair, cells in three_pairs.items()}) == 3


def test_the_order_of_the_pairs_does_not_matter(estimates, three_pairs):
    turned = estimate_balanced(dict(reversed(three_pairs.items())), PLAN, positions=POSITIONS)
    assert turned.to_csv().encode() == estimates.to_csv().encode()


def test_one_pair_alone_is_balanced_already(three_pairs):
    frame = balanced({"alpha": three_pairs["alpha"]})
    assert list(frame["scope"].unique()) == ["balanced"]
    assert row(frame)["value"] == row(of_pair(three_pairs["alpha"]), scope="alpha")["value"]


def test_the_table_fits_its_schema(estimates, tmp_path):
    write_table(estimates, tmp_path / "effects.parquet", "estimates")
    scopes = ["balanced", *(f"balanced without {pair}" for pair in ("alpha", "beta", "gamma"))]
    assert list(estimates["scope"].unique()) == scopes
    assert set(estimates.loc[estimates["scope"].ne("balanced"), "method"]) == {"prompt"}


def test_refusals(three_pairs, make_random_cells):
    with pytest.raises(MeasurementError, match="no pair to balance over"):
        balanced({})
    with pytest.raises(MeasurementError, match="given for pair 'beta' are of pair 'alpha'; check the files"):
        balanced({"beta": three_pairs["alpha"]})
    other = make_random_cells("omega", ["p1", "p2"], 1, ("common_tuned", "native"))
    with pytest.raises(MeasurementError, match=r"pairs \('alpha', 'omega'\) were read out differently"):
        balanced({"alpha": three_pairs["alpha"], "omega": other})
