"""The report of the finished study: one page that holds every figure and table with its caption."""

import base64
import re

import pytest

pytestmark = pytest.mark.workflow

PAGE = "results/smoke/report.html"
ENTRY = r'"([^"]+)": \{"name": "[^"]+", "filename": "[^"]+", "labels": \{[^}]*\}, "size": "[^"]+", "caption": "([^"]*)"'


@pytest.fixture(scope="module")
def page(copied):
    copied.run("--quiet", "all", "--report", PAGE)
    return (copied.folder / PAGE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def captions(page):
    """Return {path: caption}; quotes in captions are escaped for HTML."""
    return dict(re.findall(ENTRY, page.replace('\\"', "&quot;")))


def test_every_figure_and_table_is_in_the_report(captions, first):
    shown = [*first.folder.glob("paper_figures/smoke/*.png"), *first.folder.glob("results/smoke/tables/*.md")]
    assert len(shown) > 30
    assert sorted(captions) == sorted(str(path.relative_to(first.folder)) for path in shown)


def test_every_caption_is_filled_in_and_says_what_the_study_is(captions):
    caveat = "The checkpoints of this study are barely trained; it shows that the workflow runs, and nothing else."
    assert [path for path, caption in captions.items() if caveat not in caption] == []
    assert [path for path, caption in captions.items() if "{{" in caption or "undefined" in caption] == []


def test_parts_stand_in_the_order_in_which_they_are_read(page):
    parts = sorted(set(re.findall(r'"(\d\d [A-Z][^"]*)": \{', page)))
    assert parts[:3] == ["01 The factorial", "02 What could still be wrong", "03 Published numbers"]
    assert parts[-1] == "26 Miniatures"
    assert 'href="findings.html"' in page.replace("\\", "")


def test_the_page_holds_the_figures_themselves(page, first):
    for path in first.folder.glob("paper_figures/smoke/*.png"):
        assert base64.b64encode(path.read_bytes()).decode() in page, path.name
