"""Criteria of form, each with a text that meets it and one that just does not."""

import pytest

from crosspatch.measures.forms import CRITERIA, is_json, is_quoted, meets_criterion, sentences_in

CASES = {
    "no_commas": ({}, "one two", "one, two"),
    "all_lowercase": ({}, "all of it.", "All of it."),
    "all_uppercase": ({}, "ALL 3.", "ALL of 3."),
    "wrapped_in_quotes": ({}, ' "so it is"\n', '"so" it is'),
    "json": ({}, ' {"a": [1, 2]} ', '{"a": [1, 2'),
    "bullet_list": ({"min_count": 2}, "- a\n* b", "- a\n-b"),
    "numbered_list": ({"min_count": 2}, "1. a\n2) b", "1. a\n2 b"),
    "markdown_sections": ({"min_count": 1}, "## A\nb", "A ## b"),
    "highlighted_sections": ({"min_count": 2}, "*ab* and **cd**", "*ab* and *c"),
    "has_placeholders": ({"min_count": 2}, "[a] [b]", f"[a] [{'b' * 81}]"),
    "word_count_min": ({"min": 3}, "a b c", "a b"),
    "word_count_max": ({"max": 2}, "a b", "a b c"),
    "sentence_count_min": ({"min": 2}, "A. B!", "A. "),
    "sentence_count_max": ({"max": 1}, "A 3.5 b.", "A. B."),
    "contains_all_keywords": ({"keywords": ["Ox", "ass"]}, "ass, ox", "ox"),
    "contains_phrase": ({"phrase": "P.S."}, "p.s. more", "PS more"),
    "starts_with": ({"prefix": "So"}, " So it", "so it"),
    "ends_with": ({"suffix": "done."}, "all done. ", "all Done."),
}


def test_every_criterion_has_a_case():
    assert CASES.keys() == CRITERIA.keys()


@pytest.mark.parametrize("kind", CASES)
def test_a_criterion_tells_two_texts_apart(kind):
    settings, met, missed = CASES[kind]
    assert meets_criterion(met, kind, settings)
    assert not meets_criterion(missed, kind, settings)
    assert not meets_criterion(" \n", kind, settings)


def test_parts_of_a_text():
    assert (sentences_in(""), sentences_in("A. B? C!"), sentences_in("no end")) == (0, 3, 1)
    assert is_json("3")
    assert is_quoted("<<title>>")
    assert not is_quoted('"')


def test_an_unknown_criterion_or_setting_is_an_error():
    with pytest.raises(KeyError, match="odd"):
        meets_criterion("a", "odd", {})
    with pytest.raises(KeyError, match="min"):
        meets_criterion("a", "word_count_min", {})
