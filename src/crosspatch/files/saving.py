"""Saving a trained checkpoint as an ordinary Hugging Face folder, each file whole or absent, the manifest last."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.files.atomic import write_text
from crosspatch.files.checkpoints import MANIFEST, write_manifest


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
    scratch = folder / ".partial"
    shutil.rmtree(scratch, ignore_errors=True)
    model.save_pretrained(scratch, safe_serialization=True)
    tokenizer.save_pretrained(scratch)
    for path in sorted(scratch.iterdir()):
        path.replace(folder / path.name)
    scratch.rmdir()
    write_text(folder / "README.md", card)
    write_manifest(folder / MANIFEST, name=name, origin=origin, folder=folder)
