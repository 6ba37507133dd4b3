"""The dtype of a checkpoint is known without its weights, and is the one that it is loaded in."""

import json

import pytest
import torch
from safetensors.torch import save_file

from crosspatch.errors import CheckpointError
from crosspatch.models.dtypes import published_dtype
from crosspatch.models.loading import load_model


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("says", [True, False])
def test_it_is_what_the_checkpoint_is_loaded_in(make_model, save_model, placement, architecture, dtype, says):
    folder = save_model(make_model(architecture).to(dtype))
    if not says:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({name: config[name] for name in config if name != "dtype"}))
    loaded = load_model(folder, placement)
    assert f"torch.{published_dtype(folder)}" == str(loaded.dtype) == str(dtype)


def test_the_config_says_it_rather_than_the_tensors(make_model, save_model, placement):
    folder = save_model(make_model("llama"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"dtype": "bfloat16"}))
    assert published_dtype(folder) == "bfloat16"
    assert load_model(folder, placement).dtype == torch.bfloat16


def test_weights_that_name_no_dtype(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    save_file({"one": torch.zeros(2, dtype=torch.int64)}, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"neither config.json nor the weights name a dtype; name one in engine"):
        published_dtype(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(CheckpointError, match=r"model.safetensors: no usable safetensors weights .*; fetch the check"):
        published_dtype(tmp_path)
