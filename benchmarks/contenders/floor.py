"""The block passes that every method needs, and nothing else: no embedding, no readout, no files."""

import torch

from benchmarks.workloads import Workload
from crosspatch.models.halves import late_half, run_late
from crosspatch.models.loading import blocks_as_stack
from crosspatch.records.sides import SIDES


def cells(work: Workload) -> None:
    """Run one upstream pass per side and two late passes per side, on random states of the events' shapes."""
    base = work.models["base"]
    options = {"device": work.device, "dtype": base.dtype}
    halves = {side: late_half(work.models[side], work.boundary) for side in SIDES}
    upstream = {side: blocks_as_stack(work.models[side], range(work.boundary)) for side in SIDES}
    for batch in work.planned:
        longest = max(len(work.events["context"].iloc[row]) for row in batch)
        states = torch.randn(len(batch), longest, base.config.hidden_size, **options)
        for side in SIDES:
            run_late(upstream[side], states)
            run_late(halves[side], states)
            run_late(halves[side], states)
