"""Batch plans are pure functions that place every row exactly once and keep their limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosspatch.errors import ConfigError
from crosspatch.jobs.batching import exact_plan, padded_plan, plan_batches

LENGTHS = st.lists(st.integers(1, 30), max_size=40)
TOKENS = st.integers(1, 100)
PLANS = st.sampled_from(["exact", "padded"])


@given(LENGTHS, TOKENS, PLANS)
def test_every_row_is_in_exactly_one_batch(lengths, tokens, plan):
    batches = plan_batches(lengths, plan=plan, tokens=tokens)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(batches)


@given(LENGTHS, TOKENS, PLANS)
def test_a_batch_of_several_rows_keeps_the_limit(lengths, tokens, plan):
    for batch in plan_batches(lengths, plan=plan, tokens=tokens):
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= tokens


@given(LENGTHS, TOKENS)
def test_rows_of_an_exact_batch_have_one_length(lengths, tokens):
    assert all(len({lengths[row] for row in batch}) == 1 for batch in exact_plan(lengths, tokens=tokens))


@given(LENGTHS, TOKENS, PLANS)
def test_a_plan_is_pure(lengths, tokens, plan):
    given_lengths = list(lengths)
    first, second = (plan_batches(lengths, plan=plan, tokens=tokens) for _ in range(2))
    assert first == second
    assert lengths == given_lengths


@given(LENGTHS, TOKENS, PLANS)
def test_batches_come_by_length_and_rows_in_their_order(lengths, tokens, plan):
    rows = [row for batch in plan_batches(lengths, plan=plan, tokens=tokens) for row in batch]
    assert rows == sorted(rows, key=lambda row: (lengths[row], row))


def test_plans_by_hand():
    lengths = [3, 5, 3, 3, 5, 9]
    assert exact_plan(lengths, tokens=6) == [[0, 2], [3], [1], [4], [5]]
    assert exact_plan(lengths, tokens=100) == [[0, 2, 3], [1, 4], [5]]
    assert padded_plan(lengths, tokens=15) == [[0, 2, 3], [1, 4], [5]]
    assert padded_plan(lengths, tokens=20) == [[0, 2, 3, 1], [4, 5]]
    assert padded_plan(lengths, tokens=1) == [[0], [2], [3], [1], [4], [5]]
    assert exact_plan([], tokens=10) == padded_plan([], tokens=10) == []


def test_an_unknown_plan_is_refused():
    with pytest.raises(ConfigError, match=r"batches/plan 'greedy' does not exist; choose one of \['exact', 'padded'\]"):
        plan_batches([1], plan="greedy", tokens=1)
