"""`snakemake audit_summaries` on summaries of this test's making, taken by path: from three files to a table."""

import hashlib

import pandas as pd
import pytest
import yaml

from crosspatch.files.tables import read_table
from crosspatch.workflow.libraries import library_versions
from published_summaries import control, effect, gaps, prompt, write_effects, write_json

NAMES = ("random_control", "gap_by_block", "window_effects")
JOBS = {
    *(f"fetch_published_summary {name}" for name in NAMES),
    *("audit_published_summaries", "make_table audit_summaries", "audit_summaries"),
}
LATE = "graft of late MLPs, gap of the final fifth, tuned lens"


def write_files(folder):
    """Write the three summaries of two families; return the config section that names them."""
    prompts = {
        "qwen3_4b": {"a": prompt(late=0.5, random=[0.1, 0.3]), "b": prompt(late=0.1, random=[0.0, 0.0])},
        "olmo2_7b": {"a": prompt(late=-0.1, random=[0.0, 0.0])},
    }
    by_block = {
        "qwen3_4b": ([2.0, 1.0, 0.0], [1.0, 1.5, 0.0]),
        "olmo2_7b": ([2.0, 1.0, 0.0, 0.0], [3.0, 1.0, 0.5, 0.0]),
    }
    files = {
        "random_control": write_json(folder / "control.json", control(prompts)),
        "gap_by_block": write_json(folder / "gaps.json", gaps({"raw": by_block, "tuned": by_block})),
        "window_effects": write_effects(folder / "effects.csv", [effect(one, 0.1) for one in by_block]),
    }
    return {
        name: {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for name, path in files.items()
    }


@pytest.fixture(scope="module")
def audited(fresh, tmp_path_factory):
    """Return a checkout after an audit of the summaries, what it planned, and the section that names them."""
    checkout, summaries = fresh(), write_files(tmp_path_factory.mktemp("elsewhere"))

    def localised(text):
        return yaml.safe_dump(yaml.safe_load(text) | {"published_summaries": summaries}, sort_keys=False)

    checkout.edit("config.yaml", localised)
    planned = checkout.planned("audit_summaries")
    checkout.run("--cores", "1", "--quiet", "all", "--", "audit_summaries")
    return checkout, planned, summaries


@pytest.mark.workflow
def test_only_the_audit_is_planned_and_its_means_are_those_worked_out_by_hand(audited):
    checkout, planned, _ = audited
    assert planned == JOBS
    rows = read_table(checkout.folder / "results/smoke/claims/summaries.parquet", "audited_summaries")
    found = rows.set_index(["quantity", "family", "method"])["value"]
    assert found[LATE, "two families in one heap", "prompt"] == pytest.approx(0.5 / 3)
    assert found[LATE, "mean over two families", "family"] == pytest.approx(0.1)
    table = pd.read_csv(checkout.folder / "results/smoke/tables/audit_summaries.csv")
    first = table[(table["quantity"] == "gap of the first third, raw lens") & (table["family"] == "qwen3_4b")].iloc[0]
    assert (first["again"], first["published"]) == (-1.0, -0.314)


@pytest.mark.workflow
def test_a_summary_without_a_known_digest_is_refused_with_the_one_that_it_has(audited):
    checkout, _, summaries = audited
    digest = summaries["gap_by_block"]["sha256"]
    checkout.edit("config.yaml", lambda text: text.replace(digest, "null"))
    output = checkout.refusal("--cores", "1", "--", "audit_summaries")
    path = summaries["gap_by_block"]["path"]
    assert f"TableError: {path}: config.yaml has no SHA-256 of it; that of the file is {digest}: look at the" in output


def test_no_stage_of_the_summaries_needs_a_model_library():
    for stage in ("fetch_published_summary", "audit_published_summaries"):
        assert not {"torch", "transformers", "safetensors"} & library_versions(stage).keys()
