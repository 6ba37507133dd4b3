"""Every table says what made it, and the provenance page leads from every figure to the checkpoints on disk."""

import hashlib
import re

import pytest

from crosspatch.files.tables import read_provenance

pytestmark = pytest.mark.workflow

PAGE = "results/smoke/provenance.md"
CHECKPOINTS = ["smoke_llama_base", "smoke_llama_tuned", "smoke_olmo2_base", "smoke_olmo2_tuned"]
TWIN = "smoke_llama_twin"
WITHOUT_CHECKPOINT = {"documents", "instructions", "exam", "smoke"}  # the miniature world, and its prompts


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def on_disk(checkout, checkpoint):
    """Return the digests of what a checkpoint is made of, as it is on disk."""
    folder = checkout.folder / "results/smoke/checkpoints" / checkpoint
    names = [
        *("chat_template.jinja", "config.json", "generation_config.json", "model.safetensors"),
        *("tokenizer.json", "tokenizer_config.json"),
    ]
    return {name: sha256(folder / name) for name in names}


def section(page, heading):
    return re.search(rf"(?ms)^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", page)[1]


@pytest.fixture(scope="module")
def page(first):
    return (first.folder / PAGE).read_text(encoding="utf-8")


def test_every_table_carries_what_made_it(first):
    for path in first.folder.glob("results/smoke/**/*.parquet"):
        made = read_provenance(path)
        assert made["study"] == "smoke"
        assert re.fullmatch("[0-9a-f]{16}", made["code"])
        assert {"rule", "wildcards", "leaves"} <= made.keys()
        assert made["libraries"]["pandas"]
        assert made["inputs"]
        for source, digest in made["inputs"].items():
            assert sha256(first.folder / source) == digest, f"{path} was made from another {source}"
        if path.stem not in WITHOUT_CHECKPOINT or "rollouts" in path.parts:
            assert made["checkpoints"]
            assert made["engines"] or path.stem == "checkpoints"  # a list of them, made by no engine
        for checkpoint, row in made["checkpoints"].items():
            assert row["digests"] == on_disk(first, checkpoint), path


def test_a_measured_table_carries_its_engine(first):
    made = read_provenance(first.folder / "results/smoke/factorial/smoke_llama/late_tuned.parquet")
    (engine,) = made["engines"]["measure_cells"]
    assert engine.pop("processor") == "AVX2"  # on every machine, since the kernels are pinned
    assert engine == {
        "device": "cpu",
        "dtypes": ["float32"],
        "attention": "sdpa",
        "linear": "torch",
        "kernels": "pinned",
        "threads": 1,
        "batches": {"plan": "exact", "tokens": 4096},
    }
    for rule, path, dtype in (
        ("measure_cells", "factorial/smoke_olmo2/late_tuned.parquet", "bfloat16"),
        ("pretrain_miniature", "checkpoints/smoke_olmo2_base/losses.parquet", "float32"),
        ("tune_miniature", "checkpoints/smoke_olmo2_tuned/losses.parquet", "float32"),
    ):
        (engine,) = read_provenance(first.folder / "results/smoke" / path)["engines"][rule]
        assert engine["dtypes"] == [dtype]
    estimates = read_provenance(first.folder / "results/smoke/estimates/effects.parquet")
    engines = {"capture_boundary", "measure_cells", "roll_out", "pretrain_miniature", "tune_miniature"}
    assert engines >= estimates["engines"].keys() >= {"capture_boundary", "measure_cells", "roll_out"}
    assert sorted(estimates["checkpoints"]) == CHECKPOINTS


def test_every_figure_is_traced_to_the_checkpoints_on_disk(first, page):
    rows = section(page, "Figures and tables")
    figures = sorted(first.folder.glob("paper_figures/smoke/*.p*"))
    assert len(figures) == 2 * 21
    for path in figures:
        row = re.search(rf"(?m)^\| `{path.relative_to(first.folder)}` .*$", rows)[0]
        assert f"`{sha256(path)[:12]}`" in row
        traced = row.split("|")[-2]
        nulls = [TWIN] if path.stem == "interaction" else []
        assert re.findall(r"`(\w+)`", traced) == sorted([*CHECKPOINTS, *nulls])
    for checkpoint in [*CHECKPOINTS, TWIN]:
        shown = dict(
            re.findall(r"(?m)^\| `(\S+)` \| `([0-9a-f]{64})` \| the same \|$", section(page, f"`{checkpoint}`"))
        )
        assert shown == on_disk(first, checkpoint)


def test_every_step_between_is_on_the_page(first, page):
    between = section(page, "What they were made from")
    for rule in ("choose_examples", "measure_cells", "capture_boundary", "roll_out", "train_tokenizer", "write_world"):
        assert f"`{rule}`" in between
    assert "`data/world/world.yaml`" in between
    assert re.search(r"`estimate_balanced` .* seed 1; settings draws 200", section(page, "Settings"))
    assert re.search(r"\btorch \d", section(page, "Libraries"))
    assert "Every file that is here is the one that was recorded" in page


def test_what_was_changed_afterwards_is_named(checkout):
    weights = "results/smoke/checkpoints/smoke_olmo2_tuned/model.safetensors"
    checkout.tamper(weights)
    checkout.tamper("paper_figures/smoke/interaction.png")
    checkout.run("--quiet", "all", "--cores", "1", "--forcerun", "trace_provenance", "--", PAGE)
    text = (checkout.folder / PAGE).read_text(encoding="utf-8")
    named = re.search(r"(?s)\*\*Files that differ from what was recorded .*?: (\d)\*\*\n\n(.*?)\n\n", text)
    assert named[1] == "2"
    assert named[2].splitlines() == [
        "- paper_figures/smoke/interaction.png",
        "- model.safetensors of checkpoint smoke_olmo2_tuned",
    ]
    digest = sha256(checkout.folder / weights)
    assert f"| **differs**: `{digest}` |" in section(text, "`smoke_olmo2_tuned`")
