"""IFEval's instructions through lm-eval: strict and loose, and what needs data that may be absent."""

import importlib.util
import os

import pytest

from crosspatch.jobs import ifeval
from crosspatch.jobs.ifeval import NEEDS_PUNKT, NOT_INSTALLED, follows, follows_loosely, why_not_checked

needs_checkers = pytest.mark.skipif(
    importlib.util.find_spec("lm_eval") is None, reason="lm-eval, of the extra `instructions`, is not installed"
)
CASES = {
    "punctuation:no_comma": ({}, "one two", "one, two"),
    "detectable_format:json_format": ({}, '```json\n{"a": 1}\n```', '```json\n{"a": 1'),
    "detectable_format:number_bullet_lists": ({"num_bullets": 2}, "* a\n* b", "* a\n* b\n* c"),
    "length_constraints:number_words": ({"relation": "at least", "num_words": 3}, "a b c", "a b"),
    "startend:end_checker": ({"end_phrase": "so be it"}, "well, So be it", "so be it or not"),
    "change_case:english_lowercase": ({}, "all of this is in english letters", "All of this is in English"),
    "language:response_language": ({"language": "de"}, "Das ist ein langer deutscher Satz.", "This is English."),
    "keywords:existence": ({"keywords": ["ox"]}, "an ox", "a cow"),
}


@needs_checkers
@pytest.mark.parametrize("name", CASES)
def test_an_instruction_tells_two_texts_apart(name):
    settings, met, missed = CASES[name]
    assert why_not_checked([name]) is None
    assert follows(met, [name], [settings])
    assert not follows(missed, [name], [settings])
    assert not follows("", [name], [settings])


@needs_checkers
def test_all_instructions_count_and_settings_without_a_value_do_not():
    names = ["punctuation:no_comma", "keywords:existence"]
    settings = [{"keywords": None}, {"keywords": ["ox"], "relation": None}]
    assert follows("an ox", names, settings)
    assert not follows("an ox, then", names, settings)


@needs_checkers
def test_the_loose_reading_forgives_a_first_line_and_asterisks():
    name, settings = ["punctuation:no_comma"], [{}]
    text = "Sure, here it is:\nno comma"
    assert (follows(text, name, settings), follows_loosely(text, name, settings)) == (False, True)
    assert not follows_loosely("a, b", name, settings)


@needs_checkers
def test_the_language_of_a_short_text_is_the_same_each_time():
    found = {follows("ok la", ["language:response_language"], [{"language": "es"}]) for _ in range(20)}
    assert len(found) == 1


@needs_checkers
def test_exactly_the_instructions_that_need_absent_data_have_a_reason(monkeypatch):
    known = ifeval._checkers().instructions_registry.INSTRUCTION_DICT
    monkeypatch.setattr(ifeval, "_has_punkt", lambda: False)
    assert {name for name in known if why_not_checked([name])} == NEEDS_PUNKT
    assert "nltk.downloader punkt_tab" in why_not_checked(["punctuation:no_comma", *NEEDS_PUNKT])
    monkeypatch.setattr(ifeval, "_has_punkt", lambda: True)
    assert not any(why_not_checked([name]) for name in known)


@needs_checkers
def test_those_instructions_indeed_fail_without_the_data_and_no_other_does():
    if ifeval._has_punkt():
        pytest.skip("nltk's punkt_tab is on this machine")
    failing = set()
    for name in ifeval._checkers().instructions_registry.INSTRUCTION_DICT:
        settings = {"prompt_to_repeat": "a"} if "repeat" in name else {}
        try:
            follows("Some text. And MORE of it!", [name], [settings])
        except LookupError:
            failing.add(name)
    assert failing == NEEDS_PUNKT


@needs_checkers
def test_importing_the_checkers_leaves_the_rank_of_the_process_alone(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "3")
    ifeval._checkers.cache_clear()
    ifeval._checkers()
    assert os.environ["LOCAL_RANK"] == "3"


@needs_checkers
def test_an_unknown_instruction_has_a_reason():
    assert why_not_checked(["poem:metre"]) == "lm-eval knows no instruction 'poem:metre'"


def test_without_the_checkers_there_is_a_reason(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert why_not_checked(["punctuation:no_comma"]) == NOT_INSTALLED
