"""`snakemake audit` on records of this test's making, taken by path: from three files to a table and a figure."""

import hashlib
import itertools
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from crosspatch.errors import ConfigError
from crosspatch.files.tables import read_table
from crosspatch.workflow.catalogue import Catalogue
from crosspatch.workflow.inputs import Inputs
from crosspatch.workflow.libraries import library_versions
from published_records import manifest_line, record, without_event, write_lines

JOBS = {
    *(
        "fetch_published_records",
        "adopt_published_records",
        "audit_published_records",
        "draw_figure audit",
        "make_table audit",
    ),
    *("fetch_prompts authors_full", "fetch_prompts authors_headline", "audit"),
}
# Formats 0 to 5 and safety 6 to 9; the headline has formats 3 to 5 and safety 8 and 9; safety 8 has no event.
CATEGORIES = {f"v2_GOV-FORMAT_{n:04d}": "GOV-FORMAT" for n in range(6)}
CATEGORIES |= {f"v2_SAFETY_{n:04d}": "SAFETY" for n in range(6, 10)}
HEADLINE = [one for one in CATEGORIES if one[-1] in "34589"]


def lines():
    """Events whose interaction is their number; number 4 is not consistent."""
    for one in CATEGORIES:
        number = int(one[-1])
        picks = ("other", "it") if number == 4 else ("pt", "it")
        yield (
            record(one, (-3.0, -2.0, 0.0, 1.0 + number), step=number % 4, picks=picks)
            if number != 8
            else (without_event(one))
        )


def origin(path):
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def write_files(folder):
    """Write records and manifests; return the config sections that name them."""
    write_lines(folder / "records.jsonl.gz", lines())
    for name, ids in {"full": CATEGORIES, "headline": HEADLINE}.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{manifest_line(one, CATEGORIES[one])}\n" for one in ids))
    manifests = {
        f"authors_{name}": {"source": "manifest", **origin(folder / f"{name}.jsonl")} for name in ("full", "headline")
    }
    records = {"pair": "qwen25_32b", "prompts": "authors_full", "headline": "authors_headline"}
    return manifests, records | origin(folder / "records.jsonl.gz")


@pytest.fixture(scope="module")
def audited(fresh, tmp_path_factory):
    """Return a checkout after an audit, and what it planned."""
    checkout = fresh()
    manifests, records = write_files(tmp_path_factory.mktemp("elsewhere"))

    def localised(text):
        # An overlay is merged into config.yaml, where the same rows have a url.
        config = yaml.safe_load(text)
        config["prompt_sets"] |= manifests
        return yaml.safe_dump(config | {"published_records": records}, sort_keys=False)

    checkout.edit("config.yaml", localised)
    planned = checkout.planned("audit")
    checkout.run("--cores", "1", "--quiet", "all", "--", "audit")
    return checkout, planned


@pytest.mark.workflow
def test_only_the_audit_is_planned(audited):
    assert audited[1] == JOBS


@pytest.mark.workflow
def test_every_selection_has_the_mean_worked_out_by_hand(audited):
    rows = read_table(audited[0].folder / "results/smoke/claims/audit.parquet", "audit")
    wanted = {"effect": "interaction", "readout": "common_tuned", "method": "prompt", "scope": "qwen25_32b"}
    found = rows[(rows[list(wanted)] == wanted).all(axis=1)].set_index(["selection", "arm"])
    # Valid: 0 to 7 and 9. Headline: 3, 4, 5, 9. The authors' way: formats 0, 1, 2 and safety 6, 7.
    sums = {"all": (0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 9, 9), "headline": (21, 4), "authors": (0 + 1 + 2 + 6 + 7, 5)}
    for selection, (total, number) in sums.items():
        assert found.loc[(selection, "all"), "value"] == pytest.approx(total / number)
        assert found.loc[(selection, "all"), "n_events"] == number
    assert found.loc[("headline", "consistent"), "value"] == pytest.approx(17 / 3)
    assert found.loc[("all", "position >= 3"), "value"] == pytest.approx((3 + 7) / 2)
    assert set(found["precision"]) == {"checkpoint"}


@pytest.mark.workflow
def test_table_and_figure_stand_beside_the_published_row(audited):
    folder = audited[0].folder
    table = pd.read_csv(folder / "results/smoke/tables/audit.csv")
    assert table.loc[0, ["prompts", "n_events"]].tolist() == ["as published", 599]
    assert table.loc[0, "interaction"] == pytest.approx(1.3017529215358932)
    assert {path.suffix for path in folder.glob("paper_figures/smoke/audit.*")} == {".pdf", ".png", ".csv"}
    log = (folder / "results/smoke/logs/adopt_published_records.log").read_text()
    said = "18 no-op checks; largest distance of states 0.0, of margins 0.0 logits; another top token in 0"
    assert said in log
    assert len(read_table(folder / "results/smoke/claims/published_noop.parquet", "published_noop")) == 18
    assert "9 prompts with an event; 1 without: ['v2_SAFETY_0008']; 0 invalid: []" in log


@pytest.mark.workflow
def test_a_wrong_digest_is_refused(audited):
    checkout, wrong = audited[0], "a" * 64
    records = yaml.safe_load((checkout.folder / "config.yaml").read_text())["published_records"]
    checkout.edit("config.yaml", lambda text: text.replace(records["sha256"], wrong))
    output = checkout.refusal("--cores", "1", "--", "audit")
    assert f"TableError: {records['path']}: the SHA-256 is {records['sha256']}, not {wrong}; this is another" in output


def test_no_stage_of_claims_needs_a_model_library():
    stages = {"compare_with_published", *(job.split()[0] for job in JOBS)} - {"audit"}
    shown = ("table_scorecard", "table_coverage", "draw_audit", "table_audit")
    modules = [f"crosspatch.experiments.claims.{name}" for name in shown]
    for stage in stages:
        assert not {"torch", "transformers", "safetensors"} & library_versions(stage, *modules).keys(), stage


def test_a_config_without_records_is_told_so():
    config = {"pairs": {}, "studies": {"smoke": {"pairs": []}}}
    for ask in (Inputs(config).published_prompts("prompts"), Catalogue(config).labels("draw")):
        with pytest.raises(ConfigError, match="there are no published_records to audit; take the section from config"):
            ask(SimpleNamespace(study="smoke", shown="audit"))


def test_the_hand_made_records_have_the_interactions_that_the_means_use():
    for line in itertools.filterfalse(lambda one: not one["events"], lines()):
        cells = line["events"]["first_diff"]["cells"]
        margin = {name: cell["common_it"]["it_vs_pt_margin"] for name, cell in cells.items() if "noop" not in name}
        portable = margin["U_PT__L_IT"] - margin["U_PT__L_PT"]
        assert margin["U_IT__L_IT"] - margin["U_IT__L_PT"] - portable == int(line["prompt_id"][-1])
