"""Checkpoints that cannot be loaded are refused with what is wrong and what to do."""

import json

import pytest
from safetensors.torch import load_file, save_file

from crosspatch.errors import CheckpointError
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import load_model

WEIGHTS = "model.safetensors"


@pytest.fixture
def damaged(llama, tmp_path):
    """A copy of a checkpoint, with functions that change its config or its tensors."""

    class Copy:
        folder = tmp_path

        def config(self, **changes):
            config = json.loads((tmp_path / "config.json").read_text())
            (tmp_path / "config.json").write_text(json.dumps(config | changes))

        def tensors(self, change):
            save_file(change(load_file(tmp_path / WEIGHTS)), tmp_path / WEIGHTS, metadata={"format": "pt"})

    for path in llama.folders["base"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return Copy()


def test_a_missing_tensor_is_named(damaged, placement):
    damaged.tensors(lambda tensors: {name: tensors[name] for name in tensors if "3.mlp.up_proj" not in name})
    said = r"1 tensors are missing, first 'model.layers.3.mlp.up_proj.weight'; fetch the checkpoint again"
    for load in (lambda: load_model(damaged.folder, placement), lambda: load_late(damaged.folder, 3, placement)):
        with pytest.raises(CheckpointError, match=said):
            load()
    load_upstream(damaged.folder, 3, placement)


def test_a_tensor_of_another_shape_is_named(damaged, placement):
    damaged.config(intermediate_size=48)
    said = r"6 tensors do not have the shape that config.json says, first 'model.layers.3.mlp.down_proj.weight'; fetch"
    with pytest.raises(CheckpointError, match=said):
        load_late(damaged.folder, 3, placement)


@pytest.mark.parametrize("load", [load_model, lambda folder, placement: load_late(folder, 3, placement)])
def test_missing_or_cut_weights(damaged, placement, load):
    weights = damaged.folder / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:20_000])
    with pytest.raises(CheckpointError, match=r"no usable safetensors weights .*not fully covered.*fetch the che"):
        load(damaged.folder, placement)
    weights.unlink()
    (damaged.folder / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"no usable safetensors weights .*no file named model.safetensors"):
        load(damaged.folder, placement)


def test_a_missing_shard(make_model, tmp_path, placement):
    make_model("qwen2").save_pretrained(tmp_path, max_shard_size="40KB")
    min(tmp_path.glob("model-*.safetensors")).unlink()
    with pytest.raises(CheckpointError, match="no usable safetensors weights"):
        load_late(tmp_path, 3, placement)


def test_configs_that_cannot_be_used(damaged, placement, tmp_path):
    damaged.config(model_type="gpt2")
    with pytest.raises(CheckpointError, match=r"model type 'gpt2' has no row in models/architectures.py .*'llama'"):
        load_model(damaged.folder, placement)
    damaged.config(model_type="nonesuch")
    with pytest.raises(CheckpointError, match=r"no readable config.json .*model type `nonesuch`"):
        load_late(damaged.folder, 3, placement)
    damaged.config(model_type="qwen3", layer_types=["full_attention"])
    with pytest.raises(
        CheckpointError, match=r"(?s)no readable config.json .*must be equal to the number of `layer_types`"
    ):
        load_late(damaged.folder, 3, placement)
    (damaged.folder / "config.json").write_text('{"model_type": ')
    with pytest.raises(CheckpointError, match=r"no readable config.json .*not a valid JSON file"):
        load_model(damaged.folder, placement)


@pytest.mark.parametrize("boundary", [-1, 0, 5, 6])
def test_a_boundary_outside_the_stack(llama, placement, boundary):
    for load in (load_upstream, load_late):
        with pytest.raises(CheckpointError, match=rf"boundary {boundary} is outside the stack; it must be 1..4 of 5"):
            load(llama.folders["base"], boundary, placement)
