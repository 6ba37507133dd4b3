"""Weights that are truncated, flipped, replaced or not finite: refused, each with one clear error."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from crosspatch.errors import CheckpointError, MeasurementError
from crosspatch.files import checkpoints
from crosspatch.files.checkpoint_manifests import write_manifest
from crosspatch.files.checkpoints import check_contents, open_checkpoint
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.models.loading import load_model
from crosspatch.models.tokens import load_tokenizer, stop_token_ids

CHANGED = "checkpoint 'llama': model.safetensors is gone or not the file whose digest its manifest holds; delete its"


@pytest.fixture
def folder(make_model, save_model, tmp_path):
    copied = tmp_path / "checkpoint"
    shutil.copytree(save_model(make_model("llama"), "llama"), copied)
    return copied


def change(folder, how):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    path.write_bytes(how(content))


def flipped(content):
    content[-7] ^= 1
    return content


def test_a_whole_checkpoint_opens(folder):
    assert open_checkpoint(folder / "checkpoint.json").folder == folder


@pytest.mark.parametrize(
    "how", [lambda content: content[:-100], flipped, lambda _: b""], ids=["truncated", "flipped", "empty"]
)
def test_changed_weights_are_refused_when_the_checkpoint_is_opened(folder, how):
    change(folder, how)
    with pytest.raises(CheckpointError, match=CHANGED):
        open_checkpoint(folder / "checkpoint.json")


def test_a_flipped_bit_in_a_large_file_is_found_by_the_full_check(folder, monkeypatch):
    monkeypatch.setattr(checkpoints, "SMALL", 0)
    change(folder, flipped)
    opened = open_checkpoint(folder / "checkpoint.json")
    with pytest.raises(CheckpointError, match=CHANGED):
        check_contents(opened)


def test_a_folder_that_was_replaced_under_the_run_is_refused(folder, make_model):
    make_model("llama", seed=5).save_pretrained(folder)
    with pytest.raises(CheckpointError, match=CHANGED):
        open_checkpoint(folder / "checkpoint.json")


def test_a_folder_that_is_gone_is_refused(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=CHANGED):
        open_checkpoint(folder / "checkpoint.json")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_stop_the_rollouts_with_the_prompt_named(folder, value, prompts, placement):
    path = folder / "model.safetensors"
    weights = load_file(path)
    weights["model.layers.2.mlp.down_proj.weight"][0, 0] = value
    save_file(weights, path, metadata={"format": "pt"})
    write_manifest(folder / "checkpoint.json", name="llama", origin={"source": "pretraining"}, folder=folder)
    words = load_tokenizer(open_checkpoint(folder / "checkpoint.json").folder)
    with pytest.raises(MeasurementError, match="prompt 'p00': a rollout logit is not finite"):
        roll_out_prompts(
            load_model(folder, placement), words, prompts,
            stops=stop_token_ids(words, []), max_new_tokens=3, batches={"plan": "exact", "tokens": 128},
        )  # fmt: skip


def test_no_stage_reads_pickled_weights(folder):
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="has no safetensors weights"):
        write_manifest(folder / "checkpoint.json", name="llama", origin={"source": "pretraining"}, folder=folder)


def test_the_manifest_is_the_same_for_the_same_files(folder):
    first = (folder / "checkpoint.json").read_text()
    write_manifest(folder / "checkpoint.json", name="llama", origin={"source": "pretraining"}, folder=folder)
    assert (folder / "checkpoint.json").read_text() == first
    assert "model.safetensors" in json.loads(first)["digests"]
