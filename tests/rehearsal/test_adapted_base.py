"""An adapter of a released base from first fetch to a pair that is measured, on a stand-in and a corpus in small."""

import gzip
import json
import shutil

import pytest
import yaml

from crosspatch.files.checkpoint_manifests import read_manifest
from crosspatch.files.tables import read_provenance, read_table
from forked_jobs import snakemake_with_forks
from hub.loopback import Hub, LoopbackHub
from lifetimes import output_of, run
from rehearsal.stage import ROOT, SOURCES, environment_of, repository_config
from rehearsal.stand_ins import repositories
from rehearsal.words import prompt_texts

pytestmark = pytest.mark.workflow

REVISION = "0123456789abcdef0123456789abcdef01234567"
HOME = "results/adapted"
CHILD = f"{HOME}/checkpoints/adapted"
STUDY = {
    "prompt_set": "words",
    "seed": 1,
    "engine": {
        "placement": {"device": "cpu", "dtype": "bfloat16", "attention": "sdpa"},
        "batches": {"plan": "padded", "tokens": 512},
        "max_new_tokens": 6,
    },
    "verification": {"events": 2},
    "statistics": {"draws": 100, "level": 0.95, "positions": [1]},
    "caveat": "A rehearsal.",
}
GATES = {"domain_loss": 0, "merge_logits": 9.0, "merge_mean": 9.0, "merge_five": 9.0, "merge_kl": 9.0}
ADAPTER = {
    **repository_config()["adapters"]["published"],
    "rank": 4,
    "alpha": 8,
    "layers": ["q_proj", "down_proj"],
    "steps": 12,
    "window": 16,
    "rate": 0.05,
    "evaluate_every": 6,
    "held_out_windows": 6,
    "gates": {**GATES, "merge_in_five": 0.0, "degenerate": 1.0},
}
CORPUS = {
    "repo": "org/words",
    "split": "train",
    "revision": REVISION,
    "text": "content",
    "least_characters": 10,
    "template": "# {origin[path]}\n{text}\n",
    "licence": {"field": "origin[license]", "is": ["mit"]},
    "held_out": 8,
    "support": {"prompts": 5, "tokens": 6, "further": 4, "tokenizer": "llama31_8b_base", "category": "content_words"},
    "training": 400,
}
OVERLAY = {
    "study": "adapted",
    "studies": {
        "adapted": {**STUDY, "pairs": ["adapted"]},
        "borrowing": {**STUDY, "pairs": ["adapted"], "checkpoints_from": "adapted"},
    },
    "pairs": {"adapted": {"label": "Adapted", "base": "llama31_8b_base", "tuned": "adapted", "boundary": 3}},
    "checkpoints": {
        "adapted": {
            "source": "adapter_pretraining",
            "parent": "llama31_8b_base",
            "corpus": "words",
            "adapter": "small",
            "seed": 0,
        }
    },
    "corpora": {"words": CORPUS},
    "adapters": {"small": ADAPTER},
    "prompt_sets": {"words": {"source": "corpus", "corpus": "words"}},
}


def rows():
    texts = prompt_texts()
    for place in range(120):
        text = " ".join(texts[(place + step) % len(texts)] for step in range(3)) + f" {place}"
        yield {"content": text, "origin": {"path": f"{place}.txt", "license": "gpl" if place % 10 == 0 else "mit"}}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the repository with the overlay, and the environment that leads it to a hub with base and corpus."""
    folder = tmp_path_factory.mktemp("adapted")
    for name in SOURCES:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, folder / name)
    (folder / "overlay.yaml").write_text(yaml.safe_dump(OVERLAY))
    base = "meta-llama/Llama-3.1-8B"
    served = {base: repositories(repository_config(), ["llama31_8b"])[base]}
    lines = "".join(json.dumps(row) + "\n" for row in rows())
    served["datasets/org/words"] = {REVISION: {"train.json.gz": gzip.compress(lines.encode())}}
    with LoopbackHub(Hub(served)) as endpoint:
        yield folder, environment_of(folder, endpoint)


@pytest.fixture(scope="module")
def finished(checkout):
    folder, environment = checkout
    targets = ["results/borrowing/pairs/adapted/checked.json", f"{HOME}/divergence/adapted.parquet"]
    with snakemake_with_forks(folder, environment) as snakemake:
        overlaid = [*snakemake, "--cores", "2", "--configfile", "overlay.yaml", "--"]
        output_of([*overlaid, "fetch"], cwd=folder, env=environment)
        offline = {**environment, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
        output_of([*overlaid, *targets], cwd=folder, env=offline)
    return folder


def test_fetch_brings_base_corpus_and_prompts_and_the_rest_needs_no_network(finished):
    counts = read_table(finished / f"{HOME}/corpora/words/counts.parquet", "corpus_counts").set_index("outcome")
    documents = read_table(finished / f"{HOME}/corpora/words/corpus.parquet", "corpus")
    assert counts["rows"][["held_out", "support"]].tolist() == [8, 5]
    assert counts["rows"]["licence"] == 1 + documents["row"].max() // 10
    assert documents["text"][0] == f"# 1.txt\n{list(rows())[1]['content']}\n"
    prompts = read_table(finished / f"{HOME}/prompts/words.parquet", "prompts")
    assert len(prompts) == 5
    assert prompts["text"].str.startswith("# ").all()
    leaves = read_provenance(finished / f"{HOME}/corpora/words/corpus.parquet")["leaves"]
    assert leaves["corpus"]["revision"] == REVISION


def test_the_merged_checkpoint_has_its_parents_dtype_and_stop_tokens_and_learned_its_domain(finished):
    manifest = read_manifest(finished / CHILD / "checkpoint.json")
    assert manifest["origin"]["stop_tokens"] == ["<|eot_id|>"]
    assert json.loads((finished / CHILD / "config.json").read_text())["dtype"] == "bfloat16"
    gates = read_table(finished / CHILD / "gates.parquet", "gates").set_index("gate")
    assert set(gates.index) == set(ADAPTER["gates"])
    assert gates["value"]["domain_loss"] > 0.01
    losses = read_table(finished / CHILD / "losses.parquet", "losses").query("quantity == 'held_out'")
    assert losses["step"].tolist() == [0, 6, 12]
    config = json.loads((finished / CHILD / "adapter/adapter_config.json").read_text())
    assert {layer.rpartition(".")[2] for layer in config["target_modules"]} == {"q_proj", "down_proj"}
    assert "knows only the miniature world" not in (finished / CHILD / "README.md").read_text()


def test_a_study_of_the_same_adapter_takes_it_over_with_its_prompts(finished):
    assert not (finished / "results/borrowing/corpora").exists()
    one, two = (
        finished / f"results/{study}/checkpoints/adapted/model.safetensors" for study in ("adapted", "borrowing")
    )
    assert one.read_bytes() == two.read_bytes()


def test_a_corpus_that_gives_too_few_rows_stops_before_anything_is_trained(checkout):
    folder, environment = checkout
    scarce = {"study": "scarce", "studies": {"scarce": OVERLAY["studies"]["adapted"]}}
    more = {**OVERLAY, **scarce, "corpora": {"words": {**CORPUS, "training": 10**6}}}
    (folder / "more.yaml").write_text(yaml.safe_dump(more))
    target = "results/scarce/checkpoints/adapted/model.safetensors"
    done = run(["snakemake", "--cores", "1", "--configfile", "more.yaml", "--", target], cwd=folder, env=environment)
    assert done.returncode != 0
    assert "CorpusError: corpus 'words': 120 rows of org/words gave too few documents (held_out 8 of 8" in done.stderr
    assert not (folder / "results/scarce/logs/pretrain_adapter").exists()
