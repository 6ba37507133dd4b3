"""Correlations over pairs, against scipy's and against ranks whose causes were taken out by regression."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

from crosspatch.experiments.updates.rank_relations import rank_relations

NUMBERS = {
    "interaction": [0.1, 0.5, 0.2, 0.9, 1.4, 0.7, -0.3],
    "interaction_share": [0.3, 0.1, 0.2, 0.2, 0.5, 0.6, 0.0],
    "exam": [0.0, 0.2, 0.2, 0.8, 0.9, 0.4, 0.1],
    "weight_change": [0.05, 0.1, 0.2, 0.15, 0.3, 0.4, 0.01],
}
PROMPTS = {f"p{place}": {"shared", f"own {place}"} for place in range(200)}
SETTINGS = {"draws": 400, "level": 0.9, "seed": 7}


def updates(numbers=NUMBERS, *, null=()):
    rows = [
        {"pair": f"p{place}", "quantity": quantity, "value": value, "n_events": 10 + place, "is_null": place in null}
        for quantity, values in numbers.items()
        for place, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def value_of(rows, arm, effect="interaction_correlation"):
    (row,) = rows[(rows["arm"] == arm) & (rows["effect"] == effect)].itertuples()
    return row


def residuals(outcome, given):
    design = np.column_stack([np.ones(len(given)), given])
    return outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]


@pytest.mark.parametrize(("arm", "cause"), [("exam", "exam"), ("weight change", "weight_change")])
def test_correlations_are_those_of_scipy(arm, cause):
    rows = rank_relations(updates(), PROMPTS, **SETTINGS)
    for outcome in ("interaction", "interaction_share"):
        row = value_of(rows, arm, f"{outcome}_correlation")
        assert row.value == pytest.approx(spearmanr(NUMBERS[outcome], NUMBERS[cause]).statistic)
        assert row.low < row.value < row.high
        assert row.n_pairs == 7


def test_a_partial_correlation_is_that_of_what_the_other_cause_leaves():
    rows = rank_relations(updates(), PROMPTS, **SETTINGS)
    ranks = {name: rankdata(values) for name, values in NUMBERS.items()}
    for cause, other in itertools.permutations(("exam", "weight_change")):
        left = [residuals(ranks[name], ranks[other]) for name in ("interaction", cause)]
        arm = f"{cause} at equal {other}".replace("_", " ")
        assert value_of(rows, arm).value == pytest.approx(np.corrcoef(*left)[0, 1])


def test_who_follows_the_size_alone_has_no_correlation_with_the_exam_at_equal_size():
    rng = np.random.default_rng(5)
    size = np.arange(200.0)
    exam = size + rng.normal(0, 60, size=200)
    planted = {"interaction": list(size + rng.normal(0, 60, size=200)), "exam": list(exam), "weight_change": list(size)}
    rows = rank_relations(updates({**planted, "interaction_share": planted["interaction"]}), PROMPTS, **SETTINGS)
    alone = value_of(rows, "exam at equal weight change")
    assert alone.low < 0 < alone.high
    assert value_of(rows, "exam").low > 0
    assert value_of(rows, "weight change at equal exam").low > 0


def test_null_pairs_and_pairs_without_an_exam_or_an_event_do_not_count():
    table = updates(null=(6,))
    table.loc[(table["pair"] == "p5") & (table["quantity"] == "interaction"), "value"] = None
    row = value_of(rank_relations(table, PROMPTS, **SETTINGS), "exam")
    first = {name: values[:5] for name, values in NUMBERS.items()}
    assert row.value == pytest.approx(spearmanr(first["interaction"], first["exam"]).statistic)
    assert (row.n_pairs, row.n_events) == (5, 10 + 11 + 12 + 13 + 14)
    assert row.n_prompts == 5 + 1, "a prompt that pairs share counts once"


def test_too_few_pairs_give_no_row():
    few = {name: values[:4] for name, values in NUMBERS.items()}
    assert rank_relations(updates(few), PROMPTS, **SETTINGS).empty


def test_an_exam_of_one_mark_has_no_correlation():
    row = value_of(rank_relations(updates(NUMBERS | {"exam": [1.0] * 7}), PROMPTS, **SETTINGS), "exam")
    assert np.isnan(row.value)
    assert np.isnan([row.low, row.high]).all()
    assert row.draws == 0
