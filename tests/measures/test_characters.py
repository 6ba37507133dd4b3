"""Kinds of tokens by hand."""

import pytest

from crosspatch.measures.characters import character_class, kind_of_token, length_bucket


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (" 12", "digit 1"), ("7", "digit 0"), (" the", "alpha 1"), ("Sure", "alpha 2"), (" answers", "alpha 3"),
        ("b2", "alnum 1"), (").", "punctuation 1"), ("#", "punctuation 0"), ("\n\n", "newline 1"), (" ", "blank 0"),
        ("  \n ", "newline 2"), ("don't", "mixed 2"), ("a b", "mixed 1"), ("", "blank 0"), ("\t\t", "blank 1"),
        ("\N{GREEK SMALL LETTER ALPHA}", "alpha 0"),
    ],
)  # fmt: skip
def test_class_and_length_of_a_token(text, kind):
    assert kind_of_token(text) == kind


def test_buckets_begin_where_the_paper_says():
    assert [length_bucket("a" * n) for n in (1, 2, 3, 4, 6, 7, 20)] == [0, 1, 1, 2, 2, 3, 3]
    assert character_class(" , ") == "punctuation"
