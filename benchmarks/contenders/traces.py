"""Four full forward passes traced by nnsight, in batches padded on the right."""

import numpy as np
import torch
from nnsight import NNsight
from torch import Tensor

from benchmarks.contenders.batched import by_batch
from benchmarks.workloads import Workload


@torch.inference_mode()
def cells(work: Workload) -> np.ndarray:
    """Return margins under common_tuned [event, cell]."""
    traced = {side: NNsight(model) for side, model in work.models.items()}

    def forward(work: Workload, tokens: Tensor, upstream: str, late: str, states: dict[str, Tensor]) -> Tensor:
        model = traced[late]
        blocks = model.model.layers
        if upstream == late:
            with model.trace(input_ids=tokens, use_cache=False, logits_to_keep=1):
                state = blocks[work.boundary].input.save()
                last = blocks[-1].output.save()
            states[late] = state
        else:
            donor = states[upstream]
            with model.trace(input_ids=tokens, use_cache=False, logits_to_keep=1):
                blocks[work.boundary].input = donor
                last = blocks[-1].output.save()
        return last

    return by_batch(work, forward)
