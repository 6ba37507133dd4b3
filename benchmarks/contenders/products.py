"""The matrix products of the block passes that every method needs, one after the other: what the processor can do."""

from collections.abc import Iterator

import torch
from torch import nn

from benchmarks.workloads import Workload
from crosspatch.records.sides import SIDES


@torch.inference_mode()
def cells(work: Workload) -> None:
    """Multiply random states of the events' shapes by every linear layer, as often as the four cells need it."""
    widths = {linear.in_features: linear.weight.dtype for linear in _linears(work)}
    for rows in _rows(work):
        states = {width: torch.randn(rows, width, device=work.device, dtype=dtype) for width, dtype in widths.items()}
        for linear in _linears(work):
            linear(states[linear.in_features])


def operations(work: Workload) -> int:
    """Return the additions and multiplications of these products."""
    weights = sum(linear.weight.numel() for linear in _linears(work))
    return 2 * weights * sum(_rows(work))


def _rows(work: Workload) -> list[int]:
    lengths = work.events["context"].map(len)
    return [len(batch) * int(lengths.iloc[batch].max()) for batch in work.planned]


def _linears(work: Workload) -> Iterator[nn.Linear]:
    for side in SIDES:
        for index, block in enumerate(work.models[side].model.layers):
            for _ in range(1 if index < work.boundary else 2):
                yield from (module for module in block.modules() if isinstance(module, nn.Linear))
