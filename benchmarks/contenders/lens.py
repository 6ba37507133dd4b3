"""Four full forward passes with TransformerLens's bridge, in batches padded on the right."""

import numpy as np
import torch
from torch import Tensor
from transformer_lens.model_bridge import TransformerBridge

from benchmarks.contenders.batched import by_batch
from benchmarks.workloads import Workload


@torch.inference_mode()
def cells(work: Workload) -> np.ndarray:
    """Return margins under common_tuned [event, cell]."""
    bridges = {
        side: TransformerBridge.boot_transformers(str(work.folders[side]), hf_model=model, tokenizer=work.tokenizer)
        for side, model in work.models.items()
    }

    def forward(work: Workload, tokens: Tensor, upstream: str, late: str, states: dict[str, Tensor]) -> Tensor:
        seen: list[Tensor] = []

        def at_boundary(state: Tensor, hook: object) -> Tensor:  # noqa: ARG001 - called by keyword
            return states.setdefault(late, state) if upstream == late else states[upstream]

        hooks = [
            (f"blocks.{work.boundary}.hook_in", at_boundary),
            (f"blocks.{len(work.models[late].model.layers) - 1}.hook_out", lambda state, hook: seen.append(state)),  # noqa: ARG005
        ]
        bridges[late].run_with_hooks(tokens, fwd_hooks=hooks, return_type=None, padding_side="right")
        return seen[0]

    return by_batch(work, forward)
