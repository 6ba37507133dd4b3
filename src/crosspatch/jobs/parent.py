"""The checkpoint that a miniature is trained from, opened for training."""

from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import load_tokenizer


@dataclass(frozen=True)
class Parent:
    """Name, tokenizer, and weights in float32, in which miniatures are trained."""

    name: str
    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel


def open_parent(manifest: Path, kernels: str) -> Parent:
    """Load a parent on the CPU with these kernels; CheckpointError if it is another than its manifest says."""
    checkpoint = open_checkpoint(manifest)
    model = load_model(checkpoint.folder, Placement("cpu", "float32", "sdpa", kernels=kernels))
    return Parent(checkpoint.name, load_tokenizer(checkpoint.folder), model)
