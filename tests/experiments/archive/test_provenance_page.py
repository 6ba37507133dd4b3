"""The provenance page says what it was given, and names what differs first."""

import re

import pytest

from crosspatch.experiments.archive.provenance_page import provenance_page
from crosspatch.records.traces import TracedCheckpoint, TracedFile

ONE, TWO = "1" * 64, "2" * 64
DRAWN = {
    "rule": "draw_thing",
    "code": "abcd",
    "wildcards": {"study": "small"},
    "leaves": {"labels": {"a": "A | a"}},
    "libraries": {"matplotlib": "3"},
    "inputs": {"cells.parquet": ONE},
    "checkpoints": {"one": {}, "another": {}},
    "engines": {},
}
ENGINE = {
    "device": "cuda",
    "processor": "H",
    "dtypes": ["bfloat16"],
    "attention": "sdpa",
    "linear": "torch",
    "kernels": None,
    "threads": None,
    "batches": {"plan": "padded"},
}
MEASURED = {
    "rule": "measure_cells",
    "code": "ef01",
    "wildcards": {"study": "small", "pair": "p"},
    "leaves": {"seed": 3, "batches": {"tokens": 9}, "url": None},
    "libraries": {"torch": "2"},
    "inputs": {},
    "engines": {"measure_cells": [ENGINE]},
}


def file(path, made, recorded=ONE, found=ONE):
    return TracedFile(path, frozenset([recorded]), found, made)


@pytest.fixture
def write():
    def page(*, found=ONE, weights=TWO):
        files = [file("figure.pdf", DRAWN), file("cells.parquet", MEASURED, found=found), file("world.yaml", {})]
        checkpoint = TracedCheckpoint(
            "one", {"repo": "org/one", "revision": "c0ffee"}, {"w": TWO, "t": ONE}, {"w": weights}
        )
        return provenance_page("small", 1, files, [checkpoint])

    return page


def test_the_page_leads_from_a_figure_to_its_checkpoints(write):
    page = write()
    assert "\n| `figure.pdf` | `111111111111` | `draw_thing` | `abcd` | `cells.parquet` | `another`, `one` |\n" in page
    assert "\n| `cells.parquet` | `111111111111` | `measure_cells` | `ef01` |  |\n" in page
    assert "\n| `world.yaml` | `111111111111` |  |  |  |\n" in page
    assert "### `one`\n\nrepo org/one, revision c0ffee\n" in page
    assert f"\n| `w` | `{TWO}` | the same |\n| `t` | `{ONE}` | not on this machine |\n" in page


def test_the_page_names_engines_settings_and_libraries(write):
    page = write()
    assert "\n| `measure_cells` | cuda | H | bfloat16 | sdpa | torch |  |  | plan padded |\n" in page
    assert "\n| `measure_cells` | p | seed 3; batches tokens 9; url  |\n" in page
    assert "\n| `draw_thing` |  | labels a A \\| a |\n" in page
    assert page.endswith("## Libraries\n\nmatplotlib 3, torch 2\n")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, []),
        ({"found": None}, []),
        ({"found": TWO}, ["cells.parquet"]),
        ({"found": TWO, "weights": ONE}, ["cells.parquet", "w of checkpoint one"]),
    ],
)
def test_what_differs_is_named_first(write, changes, named):
    page = write(**changes)
    verdict = page.split("## Figures and tables")[0]
    assert re.findall(r"(?m)^- (.*)$", verdict) == named
    assert ("Every file that is here is the one that was recorded" in verdict) == (not named)
    assert (f"when they were made and used: {len(named)}**" in verdict) == bool(named)
    assert page.count("**differs**") == len(named)
