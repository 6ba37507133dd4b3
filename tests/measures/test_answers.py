"""What a text gives as its answer, and the traps of the published reading of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosspatch.measures.answers import (
    contains_words,
    exact_number,
    exact_number_published,
    has_form,
    is_number,
    same_number,
    stated_number,
    stated_number_published,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3 + 4 = 7, so the answer is 7.", "7"),
        ("Sure! 3 + 4 = 7.", "7"),
        ("You have 7 apples, since 3 + 4 = 7.", "7"),
        ("#### 1,234", "1234"),
        ("First #### 5, no: #### $6.50", "6.50"),
        ("The answer is $1,234.50.", "1234.50"),
        ("Answer: 12 dollars. That is for 3 people", "12"),
        ("It is -5", "-5"),
        ("The answer is \N{MINUS SIGN}5 degrees", "-5"),
        ("from 10-12", "12"),
        ("no numbers", None),
        ("", None),
        ("1,2,3", "3"),
        ("1234567", "1234567"),
    ],
)
def test_the_number_of_a_plain_text(text, number):
    assert stated_number(text) == number


@pytest.mark.parametrize(
    ("text", "expected", "published"),
    [
        ("Its area is 18 m2", "18", "2"),
        ("It holds 18 cm^3", "18", "3"),
        ("She earns 18 dollars per 2 weeks", "18", "2"),
        ("He came 18 seconds before the 2nd", "18", "2"),
        ("She has 18 in her 3D glasses", "18", "3"),
        ("The answer is 17. Wait, the answer is 18.", "18", "17"),
        ("Therefore 9 + 9 = 18", "18", "9"),
        ("The answer is 9 + 9 = 18.", "18", "9"),
        ("#### 17\n#### 18", "18", "17"),
    ],
)
def test_traps_of_the_published_reading(text, expected, published):
    assert (stated_number(text), stated_number_published(text)) == (expected, published)
    assert exact_number(text, "18")
    assert not exact_number_published(text, "18")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The answer is 12. I used 5 and 7.", "12"),
        ("Therefore, 12 apples out of 20", "12"),
        ("#### 1,200", "1200"),
        ("It is 12 then 13", "13"),
        ("none", None),
    ],
)
def test_the_published_reading_takes_the_first_marked_number_else_the_last(text, number):
    assert stated_number_published(text) == number


def test_a_cut_conclusion_leaves_the_last_number():
    assert stated_number("3 + 4 = 7, so the answer is") == "7"
    assert stated_number("3 + 4 = 7 ####") == "7"


@given(st.integers(-(10**9), 10**9))
def test_a_number_is_itself_however_it_is_written(number):
    for text in (f"{number}", f"{number:,}", f"{number}.0"):
        assert same_number(stated_number(f"so the answer is {text}."), str(number))
        assert same_number(stated_number(f"we get {text}"), str(number))
        assert same_number(stated_number_published(f"#### {text}"), str(number))
        assert is_number(text)


def test_what_is_no_number_is_none():
    assert not any(map(is_number, ["", "B", "12 apples", "1.2.3", "$5"]))
    assert not same_number(None, "3")


def test_words_are_whole_and_in_their_order_whatever_the_case():
    assert contains_words("It is the Wolf!", "wolf")
    assert not contains_words("wolfs", "wolf")
    assert contains_words("use an\noven.", "an oven")
    assert not contains_words("oven an", "an oven")
    assert contains_words("c++ (really)", "c++")


def test_a_form_is_the_whole_text_but_for_blanks_at_ends_of_lines():
    assert has_form(" 1. bear \n2. wolf\n", "1. bear\n2. wolf")
    assert not has_form("1. bear 2. wolf", "1. bear\n2. wolf")
    assert not has_form("[bear] is it", "[bear]")
