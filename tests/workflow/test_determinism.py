"""Two runs from nothing, in other folders, surroundings, numbers of cores and orders of targets: the same bytes."""

import pytest

pytestmark = pytest.mark.workflow

KINDS = {".csv", ".json", ".md", ".parquet", ".pdf", ".png", ".safetensors", ".tex", ".zip", ".html", ".jinja"}


def outputs(checkout):
    """Return the content of every file that the study wrote, by path; logs and benchmarks may differ."""
    files = [*checkout.folder.glob("results/**/*"), *checkout.folder.glob("paper_figures/**/*")]
    named = {str(path.relative_to(checkout.folder)): path for path in files if path.is_file()}
    kept = [name for name in named if not name.startswith(("results/smoke/logs/", "results/smoke/benchmarks/"))]
    return {name: named[name].read_bytes() for name in sorted(kept)}


@pytest.fixture(scope="module")
def both(second, first):
    return outputs(first), outputs(second)


def test_two_runs_write_the_same_files(both):
    one, other = both
    assert list(one) == list(other)
    assert {name[name.rindex(".") :] for name in one} == KINDS


def test_every_byte_is_the_same(both):
    one, other = both
    assert [name for name in one if one[name] != other[name]] == []
