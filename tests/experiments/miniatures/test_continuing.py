"""A twin learns from the documents in another order; a checkpoint that is taken from elsewhere is the same one."""

import pandas as pd
import pytest
import torch

from crosspatch.errors import CheckpointError
from crosspatch.experiments.miniatures.take_miniature import main as take
from crosspatch.files.checkpoint_manifests import read_manifest, write_manifest
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.jobs.training import continue_pretraining

DOCUMENTS = pd.DataFrame({"text": [f"The number {one} comes before the number {one + 1}." for one in range(60)]})
SETTINGS = {"steps": 3, "batch": 2, "window": 16, "rate": 0.01, "weight_decay": 0.1}


@pytest.fixture
def continued(make_model, tokenizer):
    """Train a fresh checkpoint further and return its weights before and after."""

    def run(*, seed=1, **changes):
        model = make_model("llama")
        before = {name: value.clone() for name, value in model.state_dict().items()}
        continue_pretraining(model, DOCUMENTS, tokenizer, settings=SETTINGS | changes, seed=seed)
        return before, model.state_dict()

    return run


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_more_steps_move_the_weights_and_a_rate_of_zero_none(continued):
    assert not same(*continued())
    assert same(*continued(rate=0.0))


def test_the_same_seed_gives_the_same_twin_and_another_order_another(continued):
    assert same(continued()[1], continued()[1])
    assert not same(continued()[1], continued(seed=2)[1])


@pytest.fixture
def lent(save_model, make_model):
    folder = save_model(make_model("llama"), "lent")
    (folder / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")
    write_manifest(folder / "checkpoint.json", name="lent", origin={"source": "pretraining", "seed": 3}, folder=folder)
    return folder / "checkpoint.json"


def test_a_taken_checkpoint_has_the_files_the_name_and_the_origin_of_the_lent_one(lent, tmp_path):
    manifest = tmp_path / "taken" / "checkpoint.json"
    take(lent=lent, manifest=manifest, weights=manifest.with_name("model.safetensors"), provenance={})
    assert read_manifest(manifest) == read_manifest(lent)
    assert "chat_template.jinja" in read_manifest(manifest)["digests"]
    assert open_checkpoint(manifest).folder == manifest.parent


def test_a_lent_checkpoint_that_is_damaged_is_not_taken(lent, tmp_path):
    (lent.parent / "config.json").write_text("{}", encoding="utf-8")
    manifest = tmp_path / "taken" / "checkpoint.json"
    with pytest.raises(CheckpointError, match=r"checkpoint 'lent': config.json is gone or not the file whose digest"):
        take(lent=lent, manifest=manifest, weights=manifest.with_name("model.safetensors"), provenance={})
    assert not manifest.exists()
