"""The checkpoint that another one is trained from, opened for training."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import load_tokenizer


@dataclass(frozen=True)
class Parent:
    """Name, origin, tokenizer and weights."""

    name: str
    origin: Mapping[str, Any]
    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel

    def handed_down(self) -> dict[str, Any]:
        """Return what the parent's origin says of all that are trained from it: its stop tokens, if it has any."""
        return {key: value for key, value in self.origin.items() if key == "stop_tokens" and value}


def open_parent(manifest: Path, kernels: str) -> Parent:
    """Load a parent as miniatures are trained, in float32 on the CPU, with these kernels."""
    return open_placed(manifest, Placement("cpu", "float32", "sdpa", kernels=kernels))


def open_placed(manifest: Path, placement: Placement) -> Parent:
    """Load a parent where a placement says; CheckpointError if it is another than its manifest says."""
    checkpoint = open_checkpoint(manifest)
    model = load_model(checkpoint.folder, placement)
    return Parent(checkpoint.name, checkpoint.origin, load_tokenizer(checkpoint.folder), model)
