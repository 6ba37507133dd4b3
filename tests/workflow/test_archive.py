"""A fresh checkout draws every figure and table from an archive: the same bytes, no model, no torch."""

import shutil

import pytest

from dependants import FIGURES
from forked_jobs import SHOWING

pytestmark = pytest.mark.workflow

PAGE = "results/smoke/provenance.md"
JOBS = FIGURES | {
    *("unpack_archive", "trace_provenance", "export_effects", "write_findings"),
    *("make_table checkpoints", "make_table balanced", "make_table events"),
    *("make_table readouts", "make_table positions", "make_table scorecard", "make_table coverage"),
    *("make_table verdicts", "make_table families", "make_table tokens", "make_table scale"),
    *("make_table hybrids", "make_table selection", "make_table native_history", "make_table commitment"),
    "make_table mixture",
    *("make_table depth", "make_table windows", "make_table rotation", "make_table noise_floor", "export_controls"),
}
MODELS = ("torch", "transformers", "safetensors", "tokenizers")
REFUSAL = """
import pathlib
with pathlib.Path({mark!r}).open("a") as stream:
    stream.write("{name}\\n")
raise ImportError("{name} is not here")
"""


@pytest.fixture(scope="module")
def drawn(first, fresh, tmp_path_factory):
    """Return a checkout without models that was given the archive, what it planned, and what it tried to import."""
    stubs = tmp_path_factory.mktemp("stubs")
    for name in MODELS:
        (stubs / name).mkdir()
        (stubs / name / "__init__.py").write_text(REFUSAL.format(mark=str(stubs / "tried"), name=name))
    checkout = fresh()
    checkout.environment = {"PYTHONPATH": str(stubs)}
    shutil.copy(first.folder / "results/smoke/archive.zip", checkout.folder / "smoke.zip")
    checkout.configure(lambda config: config["studies"]["smoke"].update(archive="smoke.zip"))
    planned = checkout.planned("all", PAGE)
    with checkout.forking(SHOWING):
        checkout.run("--cores", "2", "--quiet", "all", "--", "all", PAGE)
    return checkout, planned, (stubs / "tried").read_text().split() if (stubs / "tried").exists() else []


def test_only_drawing_is_planned(drawn):
    assert drawn[1] == JOBS


def test_every_figure_and_table_has_the_bytes_of_the_original(drawn, first):
    for folder in ("paper_figures/smoke", "results/smoke/tables"):
        originals = {path.name: path.read_bytes() for path in (first.folder / folder).iterdir()}
        copies = {path.name: path.read_bytes() for path in (drawn[0].folder / folder).iterdir()}
        assert len(originals) > 10
        assert sorted(copies) == sorted(originals)
        assert [name for name in originals if originals[name] != copies[name]] == []


def test_the_page_has_the_bytes_of_the_original(drawn, first):
    page = "results/smoke/findings.html"
    assert (drawn[0].folder / page).read_bytes() == (first.folder / page).read_bytes()


def test_no_job_even_tried_to_import_a_model_library(drawn):
    assert drawn[2] == []


def test_the_page_still_names_checkpoints_and_digests(drawn, first):
    page, original = ((checkout.folder / PAGE).read_text(encoding="utf-8") for checkout in (drawn[0], first))
    digests = [line.split("|")[1:3] for line in original.splitlines() if line.endswith("| the same |")]
    absent = [line.split("|")[1:3] for line in page.splitlines() if line.endswith("| not on this machine |")]
    assert len(digests) == 5 * 6
    assert absent == digests


def test_an_archive_made_with_other_settings_is_refused(drawn):
    checkout = drawn[0]
    checkout.configure(lambda config: config["studies"]["smoke"]["statistics"].update(draws=300))
    output = checkout.refusal("--cores", "1", "--forceall", "--", "results/smoke/tables/events.csv")
    refusal = (
        "smoke.zip: made with study/statistics/draws = 200, but the config says 300; use the config of the archive"
    )
    assert f"ArchiveError: {refusal}" in output
