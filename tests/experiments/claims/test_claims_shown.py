"""The tables of published numbers show every row, what differs first."""

import pandas as pd
import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.claims.table_audit import SPEC as AUDIT
from crosspatch.experiments.claims.table_coverage import SPEC as COVERAGE
from crosspatch.experiments.claims.table_coverage import table_coverage
from crosspatch.experiments.claims.table_scorecard import SPEC as SCORECARD
from crosspatch.experiments.claims.table_scorecard import table_scorecard
from crosspatch.experiments.claims.verdict_words import MEASURED, VERDICTS
from crosspatch.figures.rendering import render
from crosspatch.files.schemas import load_schema


def test_the_scorecard_shows_what_differs_first_and_counts_every_verdict(make):
    table = table_scorecard(make.comparison())
    assert table["verdict"].tolist() == [
        "differs (1 row, 1 estimate)", "reproduced (2 rows, 2 estimates)", "reproduced (2 rows, 2 estimates)",
        "not compared (1)", "not yet measured (2)",
    ]  # fmt: skip
    assert table["claim"].tolist()[:3] == ["c2", "c0", "c1"]
    assert table["quantity"].tolist()[3:] == ["see the table of coverage"] * 2
    assert table["published"].isna().tolist() == [False, False, False, True, True]


def test_every_verdict_of_the_schema_has_its_place_in_the_scorecard(make):
    assert set(VERDICTS) == set(load_schema("comparison")["properties"]["verdict"]["enum"])
    rows = pd.concat([make.comparison().iloc[:2].assign(verdict=verdict) for verdict in MEASURED])
    shown = table_scorecard(rows.iloc[::-1])["verdict"].drop_duplicates().tolist()
    assert shown == [f"{verdict} (2 rows, 2 estimates)" for verdict in MEASURED]


def test_rows_of_one_estimate_count_once(make):
    rows = make.comparison().iloc[[0, 0, 1]]
    assert set(table_scorecard(rows)["verdict"]) == {"reproduced (3 rows, 2 estimates)"}


def test_a_study_that_regenerated_no_published_number_says_so(make):
    rows = make.comparison()
    unmeasured = rows[rows["verdict"].isin(["not compared", "not yet measured"])]
    table = table_scorecard(unmeasured)
    assert table["verdict"].tolist() == ["not compared (1)", "not yet measured (2)"]
    assert "| not yet measured (2)" in render(table, SCORECARD)["markdown"]


def test_coverage_lists_every_row_with_its_rule(make):
    table = table_coverage(make.comparison())
    assert table["claim"].tolist() == ["c0", "c1", "c2", "c3", "c4", "c5"]
    assert table["rule"].tolist() == ["estimate_balanced"] * 3 + ["compare_with_zero", "not yet", "estimate_balanced"]


def test_numbers_are_printed_in_their_own_unit_with_their_interval(make):
    markdown = render(table_scorecard(make.comparison()), SCORECARD)["markdown"]
    row = next(line for line in markdown.splitlines() if "| c0 " in line)
    assert [cell.strip() for cell in row.split("|")[8:12]] == ["1.68 [1.604, 1.756]", "1.7 [1.6, 1.8]", "0.02", "P1"]
    assert " 600 |" in next(line for line in markdown.splitlines() if "| c1 " in line)
    assert "not yet" in render(table_coverage(make.comparison()), COVERAGE)["markdown"]


def test_a_long_latex_table_breaks_over_pages(make):
    rows = pd.concat([make.comparison()] * 10, ignore_index=True)
    assert r"\begin{longtable}{" in render(table_coverage(rows), COVERAGE)["latex"]
    assert r"\begin{table}[t]" in render(table_coverage(make.comparison()), COVERAGE)["latex"]


@pytest.mark.parametrize("table", [table_scorecard, table_coverage])
def test_an_empty_comparison_names_table_and_remedy(make, table):
    name = table.__name__.replace("_", " ")
    with pytest.raises(TableError, match=rf"{name}: the table has no rows; compare the study with .*compare_with_publ"):
        table(make.comparison().iloc[:0])
    with pytest.raises(TableError, match=rf"{name}: the table lacks the columns \['verdict'\]"):
        table(make.comparison().drop(columns="verdict"))


@pytest.mark.parametrize("spec", [SCORECARD, COVERAGE, AUDIT])
def test_a_doubt_about_all_published_numbers_stands_below_every_table_of_them(spec):
    assert "(P29)" in spec.note
