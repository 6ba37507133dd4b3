"""A run is compared with committed digests from its weights to its figures; what differs first is named."""

import pandas as pd
import pytest

from crosspatch.errors import ReproductionError
from crosspatch.files.tables import write_table
from crosspatch.workflow.verify import STAGES, compare, digests_of, main, write_digests

FILES = {
    "results/s/checkpoints/a_base/model.safetensors": "weights of the base",
    "results/s/checkpoints/a_tuned/model.safetensors": "weights of the tuned",
    "results/s/tables/events.csv": "event,margin",
    "paper_figures/s/interaction.pdf": "lines",
}
ROLLOUTS = "results/s/rollouts/a_base/raw/p.parquet"
LOSSES = pd.DataFrame({"step": [1], "quantity": ["training"], "loss": [0.1], "checkpoint": ["a_base"]})


@pytest.fixture
def root(tmp_path):
    """A finished study of two checkpoints, and its digests."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ROLLOUTS).parent.mkdir(parents=True)
    write_table(LOSSES, tmp_path / ROLLOUTS, "losses", {"code": "0"})
    assert write_digests(tmp_path, "s") == "data/verified/s.sha256: 5 files of study 's'"
    return tmp_path


def refusal_of(root):
    with pytest.raises(ReproductionError) as refusal:
        compare(root, "s")
    return str(refusal.value)


def test_the_same_files_are_the_same(root):
    assert compare(root, "s") == "study 's': all 5 files are the committed ones, byte for byte"


def test_what_made_a_table_is_no_part_of_what_it_says(root):
    write_table(LOSSES, root / ROLLOUTS, "losses", {"code": "another"})
    assert "all 5" in compare(root, "s")
    write_table(LOSSES.assign(loss=0.1000001), root / ROLLOUTS, "losses", {"code": "0"})
    assert "First of them, after 2 that are the same: results/s/rollouts/a_base/raw/p.parquet is " in refusal_of(root)


def test_of_several_differences_the_first_of_the_study_is_named(root):
    for name in ("paper_figures/s/interaction.pdf", "results/s/checkpoints/a_tuned/model.safetensors"):
        (root / name).write_text("other")
    said = refusal_of(root)
    assert said.startswith(
        "study 's': 2 of 5 files are not the committed ones. First of them, after 1 that are the same: "
    )
    assert "checkpoints/a_tuned/model.safetensors is d9298a10d1b0, not " in said
    assert "every engine must have pinned kernels" in said


def test_a_file_that_is_missing(root):
    (root / "results/s/tables/events.csv").unlink()
    assert refusal_of(root).endswith(
        "results/s/tables/events.csv is missing; make it (snakemake results/s/tables/events.csv)"
    )


def test_a_file_that_has_no_digest_is_told(root):
    (root / "paper_figures/s/audit.pdf").write_text("asked for")
    assert compare(root, "s").endswith("; 1 more are here, which have no digest, first paper_figures/s/audit.pdf")


def test_no_run_at_all(root, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(ReproductionError, match=r"no file of study 's' is in .*; run it first"):
        write_digests(empty, "s")
    (empty / digests_of("s")).parent.mkdir(parents=True)
    (empty / digests_of("s")).write_text((root / digests_of("s")).read_text())
    with pytest.raises(ReproductionError, match=r"no file of study 's' is in .*; run it first .*, then compare"):
        compare(empty, "s")


def test_no_digests(root):
    digests_of_s = root / digests_of("s")
    digests_of_s.unlink()
    assert refusal_of(root).startswith(
        "data/verified/s.sha256: there is none, so study 's' cannot be compared; `make digests`"
    )


def test_the_command_says_it_and_fails_where_something_differs(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    assert main("compare", "s") == 0
    assert "all 5 files" in capsys.readouterr().out
    (root / ROLLOUTS).write_text("damaged")
    assert main("compare", "s") == 1
    assert capsys.readouterr().err.startswith(
        "TableError: results/s/rollouts/a_base/raw/p.parquet: not a whole Parquet file"
    )


@pytest.mark.workflow
def test_every_stage_of_the_smoke_study_is_compared(finished_smoke):
    for stage, pattern in STAGES.items():
        assert any(finished_smoke.glob(pattern.format(study="smoke"))), stage
