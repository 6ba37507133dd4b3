"""Measures of texts, by hand."""

import math

import pytest

from crosspatch.experiments.free_running.texts import Text, agreement, quantities, repetition, steps_in_common


@pytest.mark.parametrize(
    ("tokens", "share"),
    [
        ([1, 2, 3], 0.0),
        ([1, 2, 3, 1, 2, 3], 1 / 4),  # 123 231 312 123
        ([7, 7, 7, 7, 7], 2 / 3),
        ([1, 2, 1, 2, 1, 2], 1 / 2),  # 121 212 121 212
    ],
)
def test_repetition_is_the_share_of_sequences_that_were_there_before(tokens, share):
    assert repetition(tokens) == pytest.approx(share)


@pytest.mark.parametrize("tokens", [[], [1], [1, 1]])
def test_a_text_without_three_tokens_has_no_repetition(tokens):
    assert math.isnan(repetition(tokens))


@pytest.mark.parametrize(
    ("one", "other", "share", "steps"),
    [
        ([1, 2, 3], [1, 2, 3], 1.0, 3),
        ([1, 2, 3], [1, 9, 3], 2 / 3, 1),
        ([1, 2], [1, 2, 3, 4], 1 / 2, 2),
        ([5], [6, 5], 0.0, 0),
    ],
)
def test_what_two_texts_have_in_common(one, other, share, steps):
    assert agreement(one, other) == agreement(other, one) == pytest.approx(share)
    assert steps_in_common(one, other) == steps_in_common(other, one) == steps


def test_a_stop_is_a_step_and_no_token_of_the_text():
    text, host, other = Text([1, 2, 0], True, "a b"), Text([1, 2, 4], False, "a b c"), Text([1, 0], True, "a")
    found = quantities(text, host, other)
    assert found | {"repetition": 0.0, "repetition_equal_length": 0.0} == {
        "stopped": 1.0,
        "length": 2.0,
        "repetition": 0.0,
        "repetition_equal_length": 0.0,
        "differs_from_host": pytest.approx(1 / 3),
        "steps_with_host": 2.0,
        "agrees_with_other": pytest.approx(1 / 3),
        "steps_with_other": 1.0,
    }
    assert math.isnan(found["repetition"])
    assert math.isnan(found["repetition_equal_length"])


def test_repetition_at_equal_length_forgets_what_only_the_longer_text_has():
    """The host repeats itself from its fourth token on, which the shorter text has none of."""
    host, text = Text([1, 2, 3, 1, 2, 3, 1, 2, 3], False, ""), Text([5, 6, 7, 0], True, "")
    found = quantities(text, host, host)
    assert found["repetition"] - quantities(host, host, host)["repetition"] == pytest.approx(-4 / 7)
    assert found["repetition_equal_length"] == 0
    same = quantities(Text([5, 5, 5, 5], False, ""), host, host)
    assert same["repetition_equal_length"] == pytest.approx(1 / 2)
