"""The two halves of a checkpoint: blocks 0..b-1 with embeddings, and blocks b..n-1."""

from collections.abc import Collection
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import PreTrainedModel

from crosspatch.errors import CheckpointError
from crosspatch.models.configs import text_config
from crosspatch.models.loading import Part, Placement, blocks_as_stack, load_part, text_stack


def upstream_half(model: PreTrainedModel, boundary: int) -> nn.Module:
    """Return blocks 0..boundary-1 with the embedding, as a view of `model`."""
    return blocks_as_stack(model, range(boundary))


def late_half(model: PreTrainedModel, boundary: int) -> nn.Module:
    """Return blocks boundary..n-1, as a view of `model`."""
    return blocks_as_stack(model, range(boundary, len(text_stack(model).layers)))


def every_block(model: PreTrainedModel) -> nn.Module:
    """Return all blocks with the embedding, without the final norm, as a view of `model`."""
    return blocks_as_stack(model, range(len(text_stack(model).layers)))


def load_upstream(folder: Path, boundary: int, placement: Placement) -> nn.Module:
    """Load only the upstream half of the checkpoint in `folder`."""
    check_boundary(folder, boundary)
    return upstream_half(load_part(folder, Part(range(boundary), embedding=True), placement), boundary)


def load_late(folder: Path, boundary: int, placement: Placement) -> nn.Module:
    """Load only the late half of the checkpoint in `folder`."""
    blocks = check_boundary(folder, boundary)
    return late_half(load_part(folder, Part(range(boundary, blocks)), placement), boundary)


def load_late_halves(folder: Path, boundaries: Collection[int], placement: Placement) -> dict[int, nn.Module]:
    """Load the late half of the first of several boundaries and return the late half of each; they share weights."""
    blocks = max(check_boundary(folder, boundary) for boundary in boundaries)
    model = load_part(folder, Part(range(min(boundaries), blocks)), placement)
    return {boundary: late_half(model, boundary) for boundary in boundaries}


def check_boundary(folder: Path, boundary: int) -> int:
    """Return the number of blocks; CheckpointError if the boundary leaves no block on one side."""
    blocks: int = text_config(folder).num_hidden_layers
    if not 0 < boundary < blocks:
        raise CheckpointError(
            f"{folder}: boundary {boundary} is outside the stack; it must be 1..{blocks - 1} of {blocks} blocks"
        )
    return blocks


@torch.inference_mode()
def run_upstream(half: nn.Module, tokens: Int[Tensor, "row token"]) -> Float[Tensor, "row token d_model"]:
    """Return the residual stream that enters the boundary block. No mask: rows are unpadded or padded on the right."""
    return half(input_ids=tokens, use_cache=False).last_hidden_state


@torch.inference_mode()
def run_late(half: nn.Module, states: Float[Tensor, "row token d_model"]) -> Float[Tensor, "row token d_model"]:
    """Return the residual stream after the last block, before the final norm."""
    return half(inputs_embeds=states, use_cache=False).last_hidden_state
