"""Every stage from files to files, twice: the same bytes, a checkpoint that opens, and gates that are measured."""

import json
from pathlib import Path

import pandas as pd
import pytest

from crosspatch.errors import CheckpointError
from crosspatch.experiments.miniatures import pretrain_miniature, train_tokenizer, tune_miniature, write_world
from crosspatch.experiments.stages import (
    check_descendant,
    measure_gates,
    pretrain_adapter,
    sampling,
    tune_adapter,
    tune_on_preferences,
    tune_on_samples,
    write_preferences,
)
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table
from crosspatch.jobs.training import instructions_of

PLACED = {"device": "cpu", "dtype": "float32", "attention": "sdpa", "kernels": "native"}
NOTE = {"rule": "test", "checkpoints": {}}
WORLD = {"documents": 400, "instructions": 60, "prompts_per_category": 2, "largest_operand": 3, "held_out_share": 0.2}
SHAPE = {"width": 16, "blocks": 2, "heads": 2, "key_value_heads": 1, "mlp_width": 16, "context": 256}
DEFINITION = Path("data/world/world.yaml")
BARS = {"domain_loss": -1.0, "merge_logits": 1e-3, "merge_kl": 1e-6, "merge_top": 0.99, "reward_margin": -9.0}
BARS |= {"exam_marks": 1.0, "degenerate": 1.0}
TUNED = {"batch": 4, "rate": 0.003, "weight_decay": 0.0}
PREFERENCE = (
    {"source": "preference_tuning", "parent": "tuned", "seed": 0},
    {"steps": 3, "batch": 4, "rate": 0.001, "beta": 0.1},
)
SAMPLING = (
    {"source": "rejection_sampling", "parent": "tuned", "seed": 0},
    {"prompts": 8, "samples": 2, "temperature": 1.0, "steps": 2, **TUNED, "batch": 2},
)
ADAPTER = (
    {"source": "adapter_pretraining", "parent": "base", "seed": 0, "kinds": ["code"]},
    {"rank": 2, "alpha": 4, "steps": 3, "batch": 2, "window": 16, "rate": 0.01, "weight_decay": 0.0},
)
ARITHMETIC = (
    {"source": "instruction_tuning", "parent": "base", "seed": 0, "categories": ["reasoning"]},
    {"steps": 2, **TUNED},
)
TUNED_ADAPTER = (
    {"source": "adapter_tuning", "parent": "base", "seed": 0},
    {"rank": 2, "alpha": 4, "steps": 2, "batch": 2, "rate": 0.01, "weight_decay": 0.0},
)
STAGES = {
    "preferring": (tune_on_preferences.main, *PREFERENCE, ("exam", "preferences"), ("learned.json",)),
    "sampled": (tune_on_samples.main, *SAMPLING, ("exam", "preferences"), ("learned.json", "samples.parquet")),
    "code": (pretrain_adapter.main, *ADAPTER, ("documents",), ("adapter/adapter_model.safetensors",)),
    "arithmetic": (tune_miniature.main, *ARITHMETIC, ("exam", "instructions"), ("learned.json",)),
    "adapted": (
        tune_adapter.main,
        *TUNED_ADAPTER,
        ("exam", "instructions"),
        ("learned.json", "adapter/adapter_model.safetensors"),
    ),
}
GATES = {
    "preferring": {"reward_margin", "degenerate"},
    "sampled": {"exam_marks", "degenerate"},
    "code": {"domain_loss", "merge_logits", "merge_kl", "merge_top", "degenerate"},
    "arithmetic": {"domain_loss", "degenerate"},
    "adapted": {"domain_loss", "merge_logits", "merge_kl", "merge_top", "degenerate"},
}
TEXTS = ("documents", "instructions", "preferences", "exam")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the texts of a small world, its tokenizer, a base and a tuned checkpoint."""
    folder = tmp_path_factory.mktemp("world")
    texts = {name: folder / f"{name}.parquet" for name in TEXTS}
    world, words = WORLD | {"seed": 0}, folder / "words/tokenizer.json"
    written = {name: texts[name] for name in ("documents", "instructions", "exam")}
    write_world.main(definition=DEFINITION, **written, world=world, provenance=NOTE)
    write_preferences.main(definition=DEFINITION, preferences=texts["preferences"], world=world, provenance=NOTE)
    words.parent.mkdir()
    read = {name: texts[name] for name in ("documents", "instructions")}
    train_tokenizer.main(**read, tokenizer=words, vocabulary=200, provenance=NOTE)
    settings = {"steps": 3, "batch": 4, "window": 32, "rate": 0.01, "weight_decay": 0.1, "initializer_range": 0.1}
    pretrain_miniature.main(
        documents=texts["documents"],
        tokenizer=words,
        shape=SHAPE,
        **outputs(folder / "base", {"source": "pretraining", "architecture": "llama", "seed": 0}, settings),
    )
    tune_miniature.main(
        base=folder / "base/checkpoint.json",
        instructions=texts["instructions"],
        exam=texts["exam"],
        learned=folder / "tuned/learned.json",
        **outputs(folder / "tuned", {"source": "instruction_tuning", "seed": 0}, {"steps": 2, **TUNED}),
    )
    return folder


def outputs(folder, checkpoint, settings):
    folder.mkdir()
    files = {"manifest": "checkpoint.json", "losses": "losses.parquet", "weights": "model.safetensors"}
    paths = {name: folder / file for name, file in files.items()}
    said = {
        "name": folder.name,
        "checkpoint": checkpoint,
        "settings": settings,
        "dtype": "float32",
    }
    placed = {"placement": PLACED} if checkpoint["source"] == "adapter_pretraining" else {"kernels": "native"}
    return {**paths, **said, **placed, "provenance": NOTE}


def train(name, home, folder):
    main, checkpoint, settings, read, wrote = STAGES[name]
    further = {Path(file).stem.removesuffix("_model"): folder / name / file for file in wrote}
    further |= {"adapter_config": folder / name / "adapter/adapter_config.json"} if "adapter" in further else {}
    texts = {text: home / f"{text}.parquet" for text in read}
    base = home / checkpoint["parent"] / "checkpoint.json"
    folder.mkdir()
    main(base=base, **texts, **further, **outputs(folder / name, checkpoint, settings))
    return folder / name


def gates_of(name, home, folder):
    _, checkpoint, settings, *_ = STAGES[name]
    measure_gates.main(
        manifest=folder / "checkpoint.json",
        base=home / checkpoint["parent"] / "checkpoint.json",
        texts=[home / f"{text}.parquet" for text in TEXTS],
        adapter=[],
        gates=folder / "gates.parquet",
        name=name,
        checkpoint=checkpoint,
        settings=settings,
        bars=BARS,
        placement=PLACED,
        provenance=NOTE,
    )
    return read_table(folder / "gates.parquet", "gates")


def visible(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def right_answers(monkeypatch):
    """Let every sample be what was taught, as a checkpoint that knows everything would draw it."""

    def planted(_, asked, tokenizer, settings):
        return [chosen + tokenizer.eos_token for chosen in asked["chosen"].repeat(settings["samples"])]

    monkeypatch.setattr(sampling, "_answers", planted)


@pytest.mark.usefixtures("right_answers")
@pytest.mark.parametrize("name", STAGES)
def test_a_stage_gives_the_same_bytes_twice_and_has_its_gates(name, home, tmp_path):
    one, two = (train(name, home, tmp_path / place) for place in ("one", "two"))
    gates, _ = (gates_of(name, home, folder) for folder in (one, two))
    assert visible(one) == visible(two)
    assert set(gates["gate"]) == GATES[name]
    assert gates["passed"].all()
    check_descendant.main(gates=one / "gates.parquet", passed=one / "passed.json", provenance=NOTE)
    assert json.loads((one / "passed.json").read_text())["checkpoint"] == name
    checkpoint, parent = (open_checkpoint(place / "checkpoint.json") for place in (one, home / "base"))
    assert checkpoint.digests["config.json"] == parent.digests["config.json"]
    assert checkpoint.digests["model.safetensors"] != parent.digests["model.safetensors"]


@pytest.mark.usefixtures("right_answers")
def test_samples_stand_beside_the_checkpoint(home, tmp_path):
    folder = train("sampled", home, tmp_path / "one")
    samples = read_table(folder / "samples.parquet", "samples")
    assert len(samples) == 16
    assert samples["kept"].sum() == 8
    preferences = read_table(home / "preferences.parquet", "preferences").set_index("preference")
    assert not preferences.loc[samples["preference"], "held_out"].any()


def test_preference_pairs_are_the_two_ways_to_answer_and_held_out_ones_share_no_prompt(home):
    pairs, exam = read_table(home / "preferences.parquet", "preferences"), read_table(home / "exam.parquet", "exam")
    taught, unseen = pairs[~pairs["held_out"]], pairs[pairs["held_out"]]
    assert (len(taught), len(unseen)) == (60, 10)
    assert (pairs["chosen"] != pairs["rejected"]).all()
    assert pairs.groupby("held_out")["mode"].value_counts().tolist() == [30, 30, 5, 5]
    # A hobby is asked about in the words of all who have it.
    own = [text for part in (unseen, exam.rename(columns={"text": "prompt"})) for text in part["prompt"]]
    named = pd.Series(own)[~pd.Series(own).str.contains("talk about|Thank you|I had")]
    assert not set(named) & set(taught["prompt"])


def test_a_category_without_pairs_is_refused(home):
    pairs = read_table(home / "instructions.parquet", "instructions")
    with pytest.raises(CheckpointError, match=r"pairs have no category 'poems', only \['conversation', "):
        instructions_of(pairs, {"categories": ["facts", "poems"]})
    assert set(instructions_of(pairs, {"categories": ["facts"]})["category"]) == {"facts"}
    assert len(instructions_of(pairs, {})) == len(pairs)
