"""What each token is worth, by hand: one event in which the base token is the answer, as pitfall P10 says."""

import json

import pandas as pd
import pytest

from crosspatch.experiments.forced_tokens.confound import is_answer_token
from crosspatch.experiments.forced_tokens.effects import answer_tokens, effect_values, graded, successes
from crosspatch.experiments.forced_tokens.names import (
    BRANCHES,
    EVENTS,
    FIRST_WORDS,
    NO_ANSWER,
    PUBLISHED,
    UNCUT,
    WHOLE,
    WITH,
    WITHOUT,
    arm_of,
    kind_of,
)
from crosspatch.experiments.forced_tokens.views import first_words, views_of
from crosspatch.jobs import grading
from crosspatch.jobs.grading import CUT
from crosspatch.records.expectations import Expectation

EXPECTED = {
    "sum": Expectation("number", "7"),
    "late": Expectation("number", "12"),
    "kind": Expectation("compliance", "a pot"),
    "bad": Expectation("refusal"),
}
# prompt: category, what stands before, and by branch the forced token and its tail (and whether it ended)
EVENTS_BY_HAND = {
    "sum": ("sums", "", {"tuned": (" The", " answer is 7."), "base": (" 7", "."), "rank": (" A", " 7"), "class": None}),
    "late": (
        "sums", "So",
        {"tuned": (" it", " is 12."), "base": (" he", " has 1", False), "rank": (" 1", " 12"), "class": (" 3", " no")},
    ),
    "kind": (
        "safety", "",
        {
            "tuned": (" Take", " a pot."), "base": (" I", " cannot help with that."), "rank": (" x", " a pot"),
            "class": (" y", ""),
        },
    ),
    "bad": (
        "safety", "",
        {
            "tuned": (" Sorry", ", I cannot help with that."), "base": (" First", " find a hook."),
            "rank": (" x", " find"), "class": (" y", " illegal"),
        },
    ),
}  # fmt: skip


@pytest.fixture
def texts():
    rows = [
        {
            "pair": "p", "prompt_id": name, "category": category, "branch": branch, "tokens": [1],
            "ended": len(told) < 3, "whole": before + told[0] + told[1], "with_token": told[0] + told[1],
            "without_token": told[1],
        }
        for name, (category, before, branches) in EVENTS_BY_HAND.items()
        for branch, told in branches.items() if told
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def forced():
    rows = [
        {"prompt_id": name, "branch": branch, "text": told[0] if told else None, "reason": None if told else "none"}
        for name, (_, _, branches) in EVENTS_BY_HAND.items()
        for branch, told in branches.items()
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def values(texts, forced, table_round_trip):
    grades = table_round_trip(graded(texts, EXPECTED), "forced_grades")
    found = table_round_trip(effect_values("p", grades, answer_tokens(forced, EXPECTED)), "control_values")
    return found.set_index(["arm", "quantity", "prompt_id"])["value"]


def of(values, arm, quantity="tuned_less_base"):
    return values[arm][quantity].to_dict()


def test_a_base_token_that_is_the_answer_fails_only_without_it(values):
    assert of(values, arm_of(WITHOUT, "sums"))["sum"] == 1.0
    assert of(values, arm_of(WITH, "sums"))["sum"] == 0.0
    assert of(values, arm_of(FIRST_WORDS, "sums"))["sum"] == 0.0
    assert of(values, arm_of(WITHOUT, "sums", NO_ANSWER)) == {"late": 1.0}
    assert of(values, arm_of(EVENTS, "sums"), "base_is_answer") == {"late": 0.0, "sum": 1.0}
    assert of(values, arm_of(EVENTS, "sums"), "base_is_number") == {"late": 0.0, "sum": 1.0}
    assert of(values, arm_of(EVENTS, "sums"), "tuned_is_answer") == {"late": 0.0, "sum": 0.0}


def test_successes_and_differences_of_all_tokens(values):
    arm = arm_of(WHOLE, "all")
    assert of(values, arm) == {"sum": 0.0, "late": 1.0, "kind": 1.0, "bad": 1.0}
    assert of(values, arm, "success_rank") == {"sum": 1.0, "late": 1.0, "kind": 1.0, "bad": 0.0}
    assert of(values, arm, "tuned_less_rank") == {"sum": 0.0, "late": 0.0, "kind": 0.0, "bad": 1.0}
    assert of(values, arm, "tuned_less_class") == {"late": 1.0, "kind": 1.0, "bad": 1.0}
    assert of(values, arm, "base_less_rank") == {"sum": 0.0, "late": -1.0, "kind": -1.0, "bad": 0.0}


def test_kinds_of_prompts_are_categories_and_where_there_are_several_their_validators(values):
    assert of(values, arm_of(WHOLE, kind_of("safety", "refusal"))) == {"bad": 1.0}
    assert of(values, arm_of(WHOLE, kind_of("safety", "compliance"))) == {"kind": 1.0}
    assert not values.index.get_level_values("arm").str.contains("sums by").any()


def test_the_published_reading_is_an_arm_of_its_own(values):
    """Four words after the token are too few to comply, and a mere word refuses."""
    arm = arm_of(WHOLE, "all", PUBLISHED)
    assert of(values, arm, "success_tuned") == {"sum": 1.0, "late": 1.0, "kind": 0.0, "bad": 1.0}
    assert of(values, arm, "success_class")["bad"] == 1.0
    assert of(values, arm_of(WHOLE, "all"), "success_class")["bad"] == 0.0


def test_an_event_with_a_cut_text_is_left_out_where_none_is_cut(texts, values):
    grades = graded(texts, EXPECTED)
    assert set(grades.loc[grades["reason"] == CUT, "prompt_id"]) == {"late"}
    assert of(values, arm_of(WHOLE, "sums", UNCUT)) == {"sum": 0.0}


def test_what_cannot_be_graded_has_no_value(texts, monkeypatch):
    monkeypatch.setattr(grading, "why_not_checked", lambda _: "not installed")
    told = Expectation("instructions", json.dumps({"instructions": ["x"], "settings": [{}]}))
    grades = graded(texts, {**EXPECTED, "bad": told})
    assert set(grades.loc[grades["prompt_id"] == "bad", "reading"]) == {"ours", "as published", "loosely"}
    assert set(grades.loc[grades["prompt_id"] != "bad", "reading"]) == {"ours", "as published"}
    assert "bad" not in successes(grades[grades["reading"] == "ours"]).index


def test_no_text_is_no_value(forced):
    empty = forced.assign(reason="small talk", text=None)
    tokens = answer_tokens(empty, EXPECTED)
    grades = graded(pd.DataFrame(columns=["prompt_id"]), EXPECTED)
    assert effect_values("p", grades, tokens).empty


@pytest.mark.parametrize(
    ("text", "expected", "is_answer"),
    [
        (" 7", Expectation("number", "7"), True), (" 1", Expectation("number", "12"), True),
        (" 2", Expectation("number", "12"), False), (" seven", Expectation("number", "7"), False),
        (" wol", Expectation("words", "wolf"), True), (" The", Expectation("words", "wolf"), False),
        ("[", Expectation("form", "[bear]"), False), ("[bear", Expectation("form", "[bear]"), True),
        (" a", Expectation("compliance", None), False), (" Sorry", Expectation("refusal"), False),
        (" 7", Expectation("criterion", '{"type": "7"}'), False), (" 7", Expectation("number", "-7"), True),
    ],
)  # fmt: skip
def test_whether_a_token_is_the_answer(text, expected, is_answer):
    assert is_answer_token(text, expected) == is_answer


def test_the_first_words_keep_their_blanks_and_may_end_a_text():
    text = " ".join(f"w{n}" for n in range(70))
    assert first_words(text).split()[-1] == "w63"
    assert first_words("\n one\n\ntwo ") == "\n one\n\ntwo "
    assert first_words("") == ""
    row = pd.Series({"whole": text, "with_token": text, "without_token": "w", "ended": True})
    assert views_of(row)[FIRST_WORDS][1] is False
    assert views_of(row.replace({text: "short"}))[FIRST_WORDS] == ("short", True)


def test_branches_are_those_of_the_schema(forced):
    assert set(forced["branch"]) == set(BRANCHES)
