"""Tables of expectations: what they hold, and what they refuse."""

import pytest

from crosspatch.errors import PromptError
from crosspatch.files.expectations import expectation_rows, expectations_of, named_expectation
from crosspatch.files.tables import read_table, write_table
from crosspatch.records.expectations import Expectation


def test_expectations_come_back_from_their_table(tmp_path):
    given = {
        "a": Expectation("number", "7"),
        "b": Expectation("refusal"),
        "c": Expectation.nothing("small talk"),
        "d": Expectation("criterion", '{"type": "json", "params": {}}'),
    }
    path = tmp_path / "expectations.parquet"
    write_table(expectation_rows(given, "mine"), path, "expectations")
    assert expectations_of(read_table(path, "expectations")) == given


def test_a_table_of_nothing_to_verify_fits_too(tmp_path):
    path = tmp_path / "expectations.parquet"
    write_table(expectation_rows({"a": Expectation.nothing("open")}, "mine"), path, "expectations")
    assert expectations_of(read_table(path, "expectations")) == {"a": Expectation(None, None, "open")}


@pytest.mark.parametrize(
    ("validator", "expected", "said"),
    [
        ("rhyme", "a", r"mine: prompt 'p': unknown validator 'rhyme'; choose one of \['number', 'words'"),
        ("number", "", "mine: prompt 'p': validator 'number' has nothing to compare with; fill in `expected`"),
        ("number", "a lot", "mine: prompt 'p': 'a lot' is no number; correct it"),
        ("criterion", "json", "mine: prompt 'p': 'json' is not a JSON object, which 'criterion' needs; correct it"),
        ("instructions", "[1]", r"mine: prompt 'p': '\[1\]' is not a JSON object"),
    ],
)
def test_an_expectation_that_verifies_nothing_is_refused(validator, expected, said):
    with pytest.raises(PromptError, match=said):
        expectation_rows({"p": named_expectation(validator, expected)}, "mine")


def test_blank_cells_expect_nothing():
    assert named_expectation(" ", "7") == Expectation(None, None, "the table names no validator")
    assert named_expectation(" refusal ", "") == Expectation("refusal")
    assert named_expectation("words", " an oven ") == Expectation("words", "an oven")
