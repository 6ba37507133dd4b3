"""The page as text: one file, the same bytes for the same tables, all words escaped, sources beside every part."""

import re

import pytest

from crosspatch.experiments.findings.linked_views import linked_views, sweep_view
from crosspatch.experiments.findings.page import Links, with_minus
from crosspatch.figures.colours import COLOURS, ON_DARK
from described_studies import LINKS, described_of, page_of, tables_of

MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def page():
    return page_of(tables_of(), {"a": described_of("a", 12), "b": described_of("b", 12, seed=1)})


def without_scripts(page):
    return re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)


def test_the_same_tables_give_the_same_bytes(page):
    assert page == page_of(tables_of(), {"a": described_of("a", 12), "b": described_of("b", 12, seed=1)})


def test_nothing_is_fetched(page):
    shown = without_scripts(page)
    assert re.findall(r'(?:src|href)="(?!data:|#|\.\./|tables/|report\.html|provenance\.md)[^"]*"', shown) == []
    assert "@import" not in page


def test_words_of_the_study_are_escaped(page):
    shown = without_scripts(page)
    assert "Made up &amp; &lt;b&gt;small&lt;/b&gt;." in shown
    assert "Are ties &lt;b&gt;all&lt;/b&gt;?" in shown
    assert "events with &lt;i&gt;ties&lt;/i&gt;" in shown


def test_every_script_ends_where_it_should(page):
    assert len(re.findall(r"<script\b", without_data(page))) == len(re.findall("</script>", page))


def without_data(page):
    return re.sub(r'(<script type="application/json"[^>]*>).*?(</script>)', r"\1\2", page, flags=re.DOTALL)


def test_parts_without_tables_are_left_out_with_their_links():
    page = without_scripts(page_of({}, {"a": described_of("a", 5)}))
    assert re.findall(r'<section id="(\w+)"', page) == ["answer", "families", "events"]
    assert 'href="#doubts"' not in page


def test_a_part_names_the_figures_and_tables_that_the_study_shows_and_no_others(page):
    sources = Links("small", LINKS).sources("draw interaction", "table families", "table balanced")
    assert [(one["word"], one["name"], one["rule"]) for one in sources] == [
        ("figure", "interaction", "draw_figure"),
        ("table", "balanced", "make_table"),
    ]
    assert sources[1]["files"][1] == {"name": "csv", "path": "tables/balanced.csv"}
    assert 'href="tables/coverage.csv"' not in page
    assert 'href="tables/scorecard.csv"' in page


def test_plots_hold_no_rows_and_no_names_of_chance():
    assert linked_views() == linked_views()
    for specification in (linked_views(), sweep_view()):
        assert "datasets" not in specification
        assert not re.search(r"view_\d|param_\d", str(specification))


def test_numbers_get_real_minus_signs_and_ids_keep_their_hyphens():
    assert with_minus("-1.00 [-2.00, 3.00] of a-1, 2-3") == f"{MINUS}1.00 [{MINUS}2.00, 3.00] of a-1, 2-3"


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_meanings_have_a_colour_on_dark_that_can_be_read_there():
    assert ON_DARK.keys() == COLOURS.keys()
    for name, colour in ON_DARK.items():
        assert (luminance(colour) + 0.05) / (luminance("#16151a") + 0.05) > 4.5, name
