"""Configs of checkpoints, without the modelling code, which takes half of the start of a job that runs no model."""

from pathlib import Path

from huggingface_hub.errors import StrictDataclassError
from transformers import AutoConfig, PretrainedConfig

from crosspatch.errors import CheckpointError


def read_config(folder: Path) -> PretrainedConfig:
    """Read the config of the checkpoint in `folder`; CheckpointError if none can be used."""
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, StrictDataclassError) as error:
        raise CheckpointError(f"{folder}: no readable config.json ({error})") from error


def text_config(folder: Path) -> PretrainedConfig:
    """Return the config of the checkpoint's text stack (the checkpoint's own, unless it is multimodal)."""
    return read_config(folder).get_text_config()
