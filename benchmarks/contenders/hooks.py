"""Four full forward passes with torch's own hooks, in batches padded on the right."""

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.contenders.batched import by_batch
from benchmarks.workloads import Workload
from crosspatch.models.loading import text_stack


@torch.inference_mode()
def cells(work: Workload) -> np.ndarray:
    """Return margins under common_tuned [event, cell]."""
    return by_batch(work, _four)


def _four(work: Workload, tokens: Tensor, upstream: str, late: str, states: dict[str, Tensor]) -> Tensor:
    """Return the last block's output; own passes leave their boundary state in `states`."""
    model, seen = work.models[late], []
    blocks = text_stack(model).layers

    def at_boundary(_module: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        if upstream != late:
            return (states[upstream], *given[1:])
        states[late] = given[0]
        return None

    handles = [
        blocks[work.boundary].register_forward_pre_hook(at_boundary),
        blocks[-1].register_forward_hook(lambda _module, _given, output: seen.append(output)),
    ]
    model(input_ids=tokens, use_cache=False, logits_to_keep=1)
    for handle in handles:
        handle.remove()
    return seen[0][0] if isinstance(seen[0], tuple) else seen[0]
