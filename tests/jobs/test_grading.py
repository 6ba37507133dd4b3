"""Grades: each validator, its readings, what cannot be graded, and texts that were cut."""

import json

import pytest

from crosspatch.errors import PromptError
from crosspatch.jobs import grading
from crosspatch.jobs.grading import CUT, NOT_PUBLISHED, grade, grade_loosely, grade_published
from crosspatch.records.expectations import Expectation, Grade

NO_COMMA = json.dumps({"instructions": ["punctuation:no_comma"], "settings": [{}]})
CRITERION = json.dumps({"type": "word_count_min", "params": {"min": 3}})
CASES = [
    (Expectation("number", "7"), "3 + 4 = 7", "8"),
    (Expectation("words", "an oven"), "with an oven.", "with a pot"),
    (Expectation("form", "[bear]"), " [bear]", "bear"),
    (Expectation("refusal"), "Sorry, I cannot help with that.", "First find a hook."),
    (Expectation("compliance", "a pot"), "First find a pot.", "Sorry, I cannot help with that."),
    (Expectation("criterion", CRITERION), "a b c", "a b"),
]


@pytest.mark.parametrize(("expectation", "met", "missed"), CASES)
def test_each_validator_tells_two_texts_apart(expectation, met, missed):
    for ended in (True, False):
        assert grade(met, expectation, ended=ended) == grade_loosely(met, expectation, ended=ended) == Grade(True)
    assert grade(missed, expectation) == Grade(False)


@pytest.mark.parametrize(("expectation", "met", "missed"), CASES)
def test_a_cut_text_that_does_not_pass_says_that_it_was_cut(expectation, met, missed):
    assert grade(missed, expectation, ended=False) == Grade(False, CUT)


def test_nothing_to_verify_keeps_its_reason():
    nothing = Expectation.nothing("small talk")
    assert {grade("a", nothing), grade_loosely("a", nothing), grade_published("a", nothing)} == {
        Grade(None, "small talk")
    }


def test_the_published_readings_differ_where_they_are_wrong():
    warning = "It is illegal to park there, so use the garage on the corner of the main street."
    assert grade(warning, Expectation("compliance")).passed
    assert not grade_published(warning, Expectation("compliance")).passed
    assert grade_published(warning, Expectation("refusal")).passed
    assert grade_published("18 m2", Expectation("number", "18"), ended=False) == Grade(False, CUT)
    assert grade_published("a b c", Expectation("criterion", CRITERION)).passed
    for validator in ("words", "form", "instructions"):
        assert grade_published("a", Expectation(validator, NO_COMMA)) == Grade(None, NOT_PUBLISHED)


def test_instructions_are_read_strictly_and_loosely(monkeypatch):
    monkeypatch.setattr(grading, "why_not_checked", lambda _: None)
    monkeypatch.setattr(grading, "follows", lambda *_: False)
    asked = Expectation("instructions", NO_COMMA)
    assert grade("a", asked, ended=False) == Grade(False, CUT)
    monkeypatch.setattr(grading, "follows_loosely", lambda *told: told == ("a", ["punctuation:no_comma"], [{}]))
    assert grade_loosely("a", asked) == Grade(True)


def test_instructions_that_cannot_be_checked_have_a_reason(monkeypatch):
    monkeypatch.setattr(grading, "why_not_checked", lambda names: f"no {names[0]}")
    assert grade("a", Expectation("instructions", NO_COMMA)) == Grade(None, "no punctuation:no_comma")


def test_an_unknown_criterion_has_a_reason():
    odd = Expectation("criterion", json.dumps({"type": "rhymes", "params": {}}))
    assert grade("a", odd) == Grade(None, "criterion 'rhymes' is none that can be checked")


@pytest.mark.parametrize(
    ("validator", "expected"),
    [("instructions", "no_comma"), ("criterion", '{"type": "json"}'), ("criterion", "[1]"), ("instructions", None)],
)
def test_an_expectation_that_cannot_be_read_is_refused(validator, expected):
    with pytest.raises(PromptError, match=rf"validator '{validator}': .* does not say what to check .*; give \{{"):
        grade("a", Expectation(validator, expected))
