"""A user's own table of prompts, and the rules of every prompt set."""

import pandas as pd
import pytest

from crosspatch.errors import PromptError
from crosspatch.files.prompt_tables import (
    check_prompts,
    read_prompt_table,
    read_table_expectations,
    read_written_prompts,
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"

    def write(text, encoding="utf-8"):
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_three_columns_are_enough(table):
    prompts = read_prompt_table(table('text,prompt_id,category\n"Why, then?",p1,talk\nNA,p2,talk\n'))
    assert prompts.to_dict("records") == [
        {"prompt_id": "p1", "category": "talk", "source": "mine.csv", "template": "p1", "text": "Why, then?"},
        {"prompt_id": "p2", "category": "talk", "source": "mine.csv", "template": "p2", "text": "NA"},
    ]


def test_source_and_template_may_be_given_and_a_text_may_span_lines(table):
    text = 'prompt_id,category,text,source,template\np1,talk,"Question: é\nAnswer:",book,question\n'
    for encoding in ("utf-8", "utf-8-sig"):
        (row,) = read_prompt_table(table(text, encoding)).to_dict("records")
        assert (row["source"], row["template"], row["text"]) == ("book", "question", "Question: é\nAnswer:")


def test_what_is_expected_is_no_part_of_the_set(table):
    bare = read_prompt_table(table("prompt_id,category,text\np1,sums,1+1\np2,talk,Hello\n"))
    assert read_table_expectations(table("prompt_id,category,text\np1,sums,1+1\n")) == {"p1": ("", "")}
    path = table("prompt_id,expected,validator,category,text\np1,2,number,sums,1+1\np2,,,talk,Hello\n")
    pd.testing.assert_frame_equal(read_prompt_table(path), bare)
    assert read_table_expectations(path) == {"p1": ("number", "2"), "p2": ("", "")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompt_id,text\np1,Why?\n", r"mine.csv: the header is .* lacks \['category'\] .* name \['prompt_id', 'cat"),
        ("prompt_id,category,text,mood\np1,talk,Why?,x\n", r"unknown or repeated columns \['mood'\]"),
        (
            "prompt_id,category,text,text\np1,talk,Why?,x\n",
            r"the header is \['prompt_id', 'category', 'text', 'text'\]",
        ),
        ("", r"the header is \[\], which lacks \['category', 'prompt_id', 'text'\]"),
        ("prompt_id,category,text\n", "mine.csv: no prompt is left; a study needs at least one"),
        ("prompt_id,category,text\np1,talk,Why, then?\n", "the row that ends in line 2 does not fit the header; quote"),
        ("prompt_id,category,text\np1,talk,a\np2,talk\n", "the row that ends in line 3 does not fit the header"),
        ("prompt_id,category,text\np1,talk,a\np2,talk, \n", r"prompt 'p2' \(row 1\) has a blank text; fill it in"),
        ("prompt_id,category,text\n,talk,a\n", r"prompt '' \(row 0\) has a blank prompt_id"),
        ("prompt_id,category,text\np1,,a\n", r"prompt 'p1' \(row 0\) has a blank category"),
        (
            "prompt_id,category,text\np1,talk,a\np1,talk,b\n",
            "prompt id 'p1' occurs more than once; give every prompt its",
        ),
        (
            'prompt_id,category,text\np1,talk,"a',
            r"mine.csv: cannot be read \(unexpected end of data\); give a comma-sep",
        ),
    ],
)
def test_a_table_that_is_no_prompt_set_is_refused(table, text, said):
    with pytest.raises(PromptError, match=said):
        read_prompt_table(table(text))


def test_a_table_that_is_missing_or_not_utf8_is_refused(table, tmp_path):
    with pytest.raises(PromptError, match=r"cannot be read \('utf-8' codec .*; give a comma-separated file in UTF-8"):
        read_prompt_table(table("prompt_id,category,text\np1,talk,é\n", "latin-1"))
    with pytest.raises(PromptError, match=r"absent.csv: cannot be read"):
        read_prompt_table(tmp_path / "absent.csv")


def test_written_prompts_have_id_topic_and_text(table):
    rows = read_written_prompts(table("id,topic,text\na,art,Why?\n"))
    assert rows == [{"id": "a", "topic": "art", "text": "Why?"}]
    with pytest.raises(PromptError, match=r"lacks \['topic'\] and has unknown or repeated columns \['category'\]"):
        read_written_prompts(table("id,category,text\na,art,Why?\n"))


def test_a_checked_set_has_the_columns_of_the_schema_in_order():
    prompts = pd.DataFrame({"text": ["a"], "template": ["raw"], "source": ["s"], "category": ["c"], "prompt_id": ["p"]})
    assert list(check_prompts(prompts, "here").columns) == ["prompt_id", "category", "source", "template", "text"]
    with pytest.raises(PromptError, match="here: no prompt is left"):
        check_prompts(prompts.iloc[:0], "here")
