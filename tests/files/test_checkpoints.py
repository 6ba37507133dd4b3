"""Manifests: a checkpoint is the files whose digests were written down, or it is refused."""

import hashlib
import json
import shutil

import pytest

from crosspatch.errors import CheckpointError
from crosspatch.experiments.checkpoints.adopt_checkpoint import main as adopt_checkpoint
from crosspatch.files.checkpoint_manifests import MANIFEST, digest_files, write_manifest
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.digests import file_digest

FILES = {
    *("model.safetensors", "config.json", "generation_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"),
}


@pytest.fixture
def folder(llama, tmp_path):
    """A copy of a checkpoint that may be damaged."""
    return shutil.copytree(llama.folders["base"], tmp_path / "checkpoint")


def test_a_saved_checkpoint_has_a_card_and_a_manifest(folder):
    checkpoint = open_checkpoint(folder / MANIFEST)
    assert checkpoint.name == "llama_base"
    assert checkpoint.folder == folder
    assert checkpoint.origin == {"source": "pretraining"}
    assert checkpoint.stop_tokens == []
    assert set(checkpoint.digests) == FILES
    assert {path.name for path in folder.iterdir()} == {*FILES, MANIFEST, "README.md"}
    weights = (folder / "model.safetensors").read_bytes()
    assert checkpoint.digests["model.safetensors"] == hashlib.sha256(weights).hexdigest()


def test_a_folder_elsewhere_is_found_from_its_manifest(folder, tmp_path):
    origin = {"source": "folder", "folder": str(folder), "stop_tokens": ["<|end|>"]}
    manifest = tmp_path / "elsewhere" / MANIFEST
    write_manifest(manifest, name="mine", origin=origin, folder=folder)
    checkpoint = open_checkpoint(manifest)
    assert (checkpoint.folder, checkpoint.stop_tokens) == (folder, ["<|end|>"])
    assert set(checkpoint.digests) == FILES


def test_the_same_checkpoint_gives_the_same_manifest(folder):
    before = (folder / MANIFEST).read_bytes()
    write_manifest(folder / MANIFEST, name="llama_base", origin={"source": "pretraining"}, folder=folder)
    assert (folder / MANIFEST).read_bytes() == before


def test_code_and_pickles_are_no_part_of_a_checkpoint(folder):
    for name in ("pytorch_model.bin", "modeling_llama.py", "notes.txt"):
        (folder / name).write_text("anything")
    assert set(digest_files(folder)) == FILES


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(CheckpointError, match=r"checkpoint folder '.*absent' does not exist; correct the path in conf"):
        digest_files(tmp_path / "absent")


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("model.safetensors", r"has no safetensors weights; save the model with save_pretrained\(\) there"),
        ("config.json", r"has no config.json; save the model with save_pretrained\(\)"),
    ],
)
def test_a_folder_without_weights_or_config_gets_no_manifest(folder, tmp_path, lost, said):
    (folder / lost).unlink()
    manifest = tmp_path / "new" / MANIFEST
    with pytest.raises(CheckpointError, match=said):
        write_manifest(manifest, name="mine", origin={"source": "folder", "folder": str(folder)}, folder=folder)
    assert not manifest.exists()


def test_weights_in_a_makers_own_layout_are_no_part_of_a_checkpoint(folder):
    for name in ("consolidated.safetensors", "consolidated-00001-of-00002.safetensors"):
        shutil.copy(folder / "model.safetensors", folder / name)
    assert set(digest_files(folder)) == FILES
    (folder / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="has no safetensors weights"):
        digest_files(folder)


def test_a_shard_that_the_index_names_and_the_folder_lacks(folder):
    shards = [f"model-0000{number}-of-00003.safetensors" for number in (1, 2, 3)]
    index = {"weight_map": {f"tensor{number}": shard for number, shard in enumerate(shards)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "model.safetensors").rename(folder / shards[0])
    said = rf"lacks 2 of the 3 shards that model.safetensors.index.json names, first '{shards[1]}'; fetch or copy them"
    with pytest.raises(CheckpointError, match=said):
        digest_files(folder)
    for shard in shards[1:]:
        shutil.copy(folder / shards[0], folder / shard)
    assert set(shards) <= set(digest_files(folder))


def test_a_folder_below_the_home_folder_may_be_written_with_a_tilde(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    manifest = tmp_path / "adopted" / MANIFEST
    adopt_checkpoint(manifest=manifest, name="mine", folder=f"~/{folder.name}", stop_tokens=[], provenance={})
    assert open_checkpoint(manifest).folder == folder


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_gone_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=f"checkpoint 'llama_base': {name} is gone"):
        open_checkpoint(folder / MANIFEST)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_file_that_was_changed_is_named(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    said = f"checkpoint 'llama_base': {name} is gone or not the file whose digest its manifest holds; delete its"
    with pytest.raises(CheckpointError, match=said):
        open_checkpoint(folder / MANIFEST)


def test_a_hub_checkpoint_that_is_not_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    origin = {"source": "hub", "repo": "nobody/nothing", "revision": "a" * 40}
    (tmp_path / MANIFEST).write_text(json.dumps({"checkpoint": "it", "origin": origin, "digests": {}, "sizes": {}}))
    said = rf"nobody/nothing at {'a' * 40} is not in the Hugging Face cache of this machine \(HF_HUB_CACHE\); delete"
    with pytest.raises(CheckpointError, match=said):
        open_checkpoint(tmp_path / MANIFEST)


def test_the_digest_of_a_file(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    assert file_digest(tmp_path / "file") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
