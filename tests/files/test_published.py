"""Published numbers are read as data: typed, whole, and mapped to an estimate completely or not at all."""

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.files.published import read_published
from crosspatch.files.schemas import load_schema
from crosspatch.files.tables import read_table, write_table

COLUMNS = list(load_schema("published")["properties"])
ROW = {"claim": "b1_03", "section": "Table B.1", "quantity": "interaction", "value": "1.68", "unit": "logits"}
KEY = {
    "control": "headline", "effect": "interaction", "scope": "balanced", "arm": "all", "readout": "common_tuned",
    "precision": "checkpoint", "method": "normal", "column": "value",
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def written(*rows, columns=COLUMNS):
        path = tmp_path / "numbers.csv"
        pd.DataFrame([{name: row.get(name, "") for name in columns} for row in rows]).to_csv(path, index=False)
        return path

    return written


def test_empty_cells_are_missing_and_words_stay_words(write):
    rows = read_published(write(ROW | KEY | {"n": "2982", "low": "1.604"}, ROW | {"claim": "b1_04", "family": "NA"}))
    assert rows.loc[0, ["value", "low", "n"]].tolist() == [1.68, 1.604, 2982]
    assert rows.loc[0, "scope"] == "balanced"
    assert rows.loc[1, ["low", "n", "scope", "rule"]].isna().all()
    assert rows.loc[1, "family"] == "NA"


def test_the_rows_are_those_that_a_table_would_give_back(write, tmp_path):
    rows = read_published(write(ROW | KEY | {"n": "2982"}, ROW | {"claim": "b1_04"}))
    write_table(rows, tmp_path / "rows.parquet", "published")
    pd.testing.assert_frame_equal(rows, read_table(tmp_path / "rows.parquet", "published"))


def test_an_estimate_of_no_margins_has_neither_readout_nor_precision(write):
    rows = read_published(write(ROW | KEY | {"readout": "", "precision": ""}))
    assert rows[["readout", "precision"]].isna().all(axis=None)
    with pytest.raises(TableError, match=r"claim 'b1_03' names an estimate without \['precision'\]; name all of it"):
        read_published(write(ROW | KEY | {"precision": ""}))


def test_a_number_keeps_all_its_digits(write):
    assert read_published(write(ROW | {"value": "0.7587590934737707"}))["value"].iloc[0] == 0.7587590934737707


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW, ROW], r"numbers.csv: a published table has one row per \['claim'\], but {'claim': 'b1_03'} occurs more"),
        (
            [ROW | KEY | {"scope": ""}],
            r"claim 'b1_03' names an estimate without \['scope'\]; name all of it or nothing",
        ),
        ([ROW | {"value": "about 2"}], r"numbers.csv: cannot be read \(.*about 2.*; give a comma-separated file"),
        ([ROW | {"value": ""}], "published column 'value' has 1 missing values|non-nullable"),
        ([ROW | KEY | {"column": "median"}], r"published column 'column' has \['median'\], not in"),
    ],
)
def test_a_bad_row_is_refused(write, rows, said):
    with pytest.raises(TableError, match=said):
        read_published(write(*rows))


def test_a_missing_column_and_a_missing_file_are_named(write, tmp_path):
    with pytest.raises(TableError, match=r"a published table lacks \['note'\]"):
        read_published(write(ROW, columns=COLUMNS[:-1]))
    with pytest.raises(TableError, match=r"absent.csv: cannot be read"):
        read_published(tmp_path / "absent.csv")
