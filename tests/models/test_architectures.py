"""Blocks that the engine cannot run are known from the config."""

import pytest
from transformers import GPT2Config, Qwen3Config

from crosspatch.errors import CheckpointError
from crosspatch.models.architectures import check_blocks
from crosspatch.models.configs import read_config


def test_every_architecture_passes(make_model, save_model, architecture):
    check_blocks("mine", read_config(save_model(make_model(architecture))))


def test_windows_pass(windowed):
    check_blocks("mine", read_config(windowed))


def test_what_the_engine_does_not_know_is_named():
    with pytest.raises(
        CheckpointError, match=r"checkpoint 'mine': model type 'gpt2' has no row in models/architectures"
    ):
        check_blocks("mine", GPT2Config())
    mixed = Qwen3Config(num_hidden_layers=3, layer_types=["full_attention", "sliding_attention", "linear_attention"])
    said = (
        r"checkpoint 'mine': block 2 is of layer type 'linear_attention', which the engine cannot cut .*leave its pairs"
    )
    with pytest.raises(CheckpointError, match=said):
        check_blocks("mine", mixed)
