"""Saving a trained checkpoint as an ordinary Hugging Face folder, each file whole or absent, the manifest last."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.files.atomic import whole_files, write_text
from crosspatch.files.checkpoint_manifests import MANIFEST, write_manifest


def save_checkpoint(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    *,
    name: str,
    origin: Mapping[str, Any],
    card: str,
) -> None:
    """Write safetensors, config, tokenizer, a card (README.md) and the manifest to `folder`."""
    with whole_files(folder, SafetensorError) as scratch:
        model.save_pretrained(scratch, safe_serialization=True, max_shard_size="1TB")  # one file, which rules name
        tokenizer.save_pretrained(scratch)
    write_text(folder / "README.md", card)
    write_manifest(folder / MANIFEST, name=name, origin=origin, folder=folder)
