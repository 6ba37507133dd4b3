"""Tests against zero: p-values by hand, zeros left out, and the contract of the table."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crosspatch.experiments.factorial.zero_tests import (
    wilcoxon_test,
    zero_tests_of_pair,
    zero_tests_of_pairs,
)
from crosspatch.files.tables import write_table


def row(frame, test, effect="interaction", arm="all"):
    chosen = frame["effect"].eq(effect) & frame["arm"].eq(arm) & frame["test"].eq(test)
    chosen &= frame["precision"].eq("float32") & frame["readout"].eq("common_tuned")
    (found,) = frame[chosen].to_dict("records")
    return found


def gated(interactions, pair="one"):
    return [
        {"prompt_id": f"p{number:02d}", "step": number, "margins": (0.0, 1.0, 2.0, 3.0 + interaction)}
        for number, interaction in enumerate(interactions)
    ]


def test_the_wilcoxon_test_by_all_sign_flips():
    values = np.array([1.5, 2.5, -0.5, 4.0, 3.0, 6.0])
    ranks = np.array([2, 3, 1, 5, 4, 6])
    flips = [ranks[list(signs)].sum() for signs in itertools.product([False, True], repeat=6)]
    statistic, p_value = wilcoxon_test(values)
    assert statistic == 1.0  # the rank of -0.5
    assert p_value == pytest.approx(2 * np.mean(np.array(flips) <= 1))


@pytest.mark.parametrize("n", [1, 2, 7, 11])
@pytest.mark.parametrize("step", [0.5, 1e-9])
def test_the_wilcoxon_test_equals_scipys_where_that_is_exact(n, step):
    values = np.random.default_rng(n).normal(0.5, 1.5, n)
    values = np.where(np.abs(values) < 0.5, 0.5, np.round(values / step) * step)
    expected = stats.wilcoxon(values)
    assert wilcoxon_test(values) == (expected.statistic, pytest.approx(expected.pvalue, abs=1e-12))


def test_the_wilcoxon_test_is_exact_with_ties_where_scipys_is_not():
    values = np.array([1, 1, 1, -1, 2, 2, -2, 3, 3, 3, -3, 4, 4, 5, -5, 5]) / 2
    ranks = stats.rankdata(np.abs(values))
    flips = np.array(list(itertools.product([0, 1], repeat=16))) @ ranks
    statistic, p_value = wilcoxon_test(values)
    assert statistic == ranks[values < 0].sum()
    assert p_value == pytest.approx(2 * np.mean(flips <= statistic), abs=1e-12)
    assert p_value != pytest.approx(stats.wilcoxon(values).pvalue, rel=1e-3)


@pytest.mark.parametrize(("n", "method"), [(50, "exact"), (51, "asymptotic")])
def test_the_wilcoxon_test_is_exact_up_to_fifty_values(n, method):
    values = np.random.default_rng(n).normal(0.3, 1.0, n)
    expected = stats.wilcoxon(values, method=method)
    assert wilcoxon_test(values) == (expected.statistic, pytest.approx(expected.pvalue, abs=1e-12))


def test_prompts_that_are_zero_are_left_out(make_cells):
    frame = zero_tests_of_pair(make_cells(gated([1.0, 2.0, 0.0, 3.5, -0.5])), positions=[2])
    sign = row(frame, "sign")
    assert (sign["n"], sign["n_positive"], sign["statistic"]) == (4, 3, 0.75)
    assert sign["p_value"] == pytest.approx(2 * 5 / 16)
    assert row(frame, "wilcoxon")["statistic"] == 1.0
    assert row(frame, "sign", arm="position >= 2")["n"] == 2
    assert (row(frame, "sign", "portable")["n"], row(frame, "sign", "portable")["p_value"]) == (5, 0.0625)


def test_without_units_the_tests_are_missing(make_cells):
    frame = zero_tests_of_pair(make_cells(gated([0.0, 0.0])), positions=[9])
    for arm in ("all", "position >= 9"):
        for test in ("sign", "wilcoxon"):
            found = row(frame, test, arm=arm)
            assert (found["n"], found["n_positive"]) == (0, 0)
            assert pd.isna([found["statistic"], found["p_value"]]).all()


def test_events_of_a_prompt_are_one_unit(make_cells):
    events = [*gated([1.0, 1.0]), {"prompt_id": "p00", "step": 8, "margins": (0.0, 1.0, 2.0, -4.0)}]
    sign = row(zero_tests_of_pair(make_cells(events), positions=[]), "sign")
    assert (sign["n"], sign["n_positive"]) == (2, 1)  # p00: (1 - 7) / 2


def test_pairs_are_units_of_the_balanced_scope(make_cells):
    interactions = {"a": [5.0, -1.0], "b": [1.0, 1.0], "c": [2.0, 2.5], "d": [-3.0, 1.0], "e": [4.0, 4.0]}
    frames = {pair: make_cells(gated(values), pair) for pair, values in interactions.items()}
    frame = zero_tests_of_pairs(frames, positions=[])
    sign = row(frame, "sign")
    assert (sign["scope"], sign["unit"], sign["n"], sign["n_positive"]) == ("balanced", "pair", 5, 4)
    assert row(frame, "sign", "portable")["p_value"] == 0.0625  # the least that five pairs can give


def test_a_pair_without_prompts_in_an_arm_is_no_unit_there(make_cells):
    frames = {pair: make_cells(gated(values), pair) for pair, values in {"a": [1.0], "b": [2.0, 5.0]}.items()}
    for test in ("sign", "wilcoxon"):
        found = row(zero_tests_of_pairs(frames, positions=[1]), test, arm="position >= 1")
        assert (found["n"], found["n_positive"], found["p_value"]) == (1, 1, 1.0)


def test_many_prompts_with_tied_margins_are_tested(make_random_cells):
    cells = make_random_cells("one", [f"p{number:03d}" for number in range(120)], 5)
    frame = zero_tests_of_pair(cells.assign(margin_float32=cells["margin_float32"].round()), positions=[1])
    assert row(frame, "wilcoxon")["p_value"] < 1e-4


def test_the_table_fits_its_schema_with_both_scopes(three_pairs, tmp_path):
    own = [zero_tests_of_pair(cells, positions=[1]) for cells in three_pairs.values()]
    frame = pd.concat([*own, zero_tests_of_pairs(three_pairs, positions=[1])], ignore_index=True)
    write_table(frame, tmp_path / "tests.parquet", "tests")
    assert list(frame["test"].unique()) == ["sign", "wilcoxon"]
    assert list(frame["scope"].unique()) == ["alpha", "beta", "gamma", "balanced"]
