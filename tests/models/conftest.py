"""What a whole model gives, and models whose attention windows are shorter than the contexts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import PreTrainedModel

FULL, SLIDING = "full_attention", "sliding_attention"
WINDOW = 4
WINDOWS = {
    "mistral": {"sliding_window": WINDOW},
    "qwen3": {
        "use_sliding_window": True,
        "sliding_window": WINDOW,
        "layer_types": [FULL, SLIDING, FULL, SLIDING, SLIDING],
    },
    "gemma3": {"sliding_window": WINDOW, "layer_types": [SLIDING, SLIDING, FULL, SLIDING, FULL]},
}


@dataclass(frozen=True)
class FullPass:
    """States entering the boundary block and leaving the last block, and logits, of one full forward pass."""

    boundary: Tensor
    last: Tensor
    logits: Tensor


@pytest.fixture(scope="session")
def run_full() -> Callable[[PreTrainedModel, Tensor, int], FullPass]:
    """Return a function that runs a whole model and records what it passes on, by hooks of its own."""

    @torch.inference_mode()
    def run(model: PreTrainedModel, tokens: Tensor, boundary: int) -> FullPass:
        seen: dict[str, Tensor] = {}
        stack = getattr(model.model, "language_model", model.model)
        handles = [
            stack.layers[boundary].register_forward_pre_hook(lambda _, given: seen.update(boundary=given[0])),
            stack.norm.register_forward_pre_hook(lambda _, given: seen.update(last=given[0])),
        ]
        logits = model(input_ids=tokens, use_cache=False).logits
        for handle in handles:
            handle.remove()
        return FullPass(seen["boundary"], seen["last"], logits)

    return run


@pytest.fixture(scope="session")
def contexts() -> Tensor:
    """Three contexts of twenty tokens, longer than every window."""
    return torch.randint(2, 140, (3, 20), generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="session", params=list(WINDOWS))
def windowed(
    request: pytest.FixtureRequest, make_model: Callable[..., PreTrainedModel], save_model: Callable[..., Path]
) -> Path:
    """Checkpoint of a model with attention windows."""
    return save_model(make_model(request.param, **WINDOWS[request.param]), f"{request.param}_windowed")
