"""The states of one side at several boundaries, all from one upstream pass."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import right_padded
from crosspatch.models.halves import run_upstream

EVERY_POSITION: Final = slice(None)
LAST_POSITION: Final = slice(-1, None)


def capture_every_boundary(
    half: nn.Module,
    boundaries: Sequence[int],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    positions: slice = EVERY_POSITION,
    device: str,
) -> dict[int, dict[str, Float[Tensor, "token d_model"]]]:
    """Return, by boundary and prompt id, the residual stream entering that block, all from one upstream pass.

    half: the blocks below the last of the boundaries; positions: those of each context whose states are kept.
    """
    states: dict[int, dict[str, Tensor]] = {boundary: {} for boundary in boundaries}
    for batch in tqdm(batches, desc="boundary states", unit="batch"):
        rows = events.iloc[batch]
        tokens = right_padded([torch.tensor(context) for context in rows["context"]])
        with _entering(half, boundaries) as seen:
            seen[max(boundaries)] = run_upstream(half, tokens.to(device)).cpu()
        for boundary, found in states.items():
            for place, row in enumerate(rows.itertuples()):
                found[row.prompt_id] = seen[boundary][place, : len(row.context)][positions].clone()
    return states


@contextmanager
def _entering(half: nn.Module, boundaries: Sequence[int]) -> Iterator[dict[int, Tensor]]:
    """Keep what enters each boundary block in main memory; the last is not in the half and gets its output instead."""
    seen: dict[int, Tensor] = {}

    def keep(boundary: int, _module: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen[boundary] = given[0].cpu()

    inside = [boundary for boundary in boundaries if boundary < len(half.layers)]
    handles = [half.layers[boundary].register_forward_pre_hook(partial(keep, boundary)) for boundary in inside]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
