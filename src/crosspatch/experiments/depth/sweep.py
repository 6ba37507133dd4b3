"""The crossed cells at every boundary: does the finding hang on where the stack is cut?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import measure_late_cells, right_padded
from crosspatch.measures.states import States
from crosspatch.models.halves import run_upstream
from crosspatch.models.readout import Readout
from crosspatch.records.sides import SIDES


def capture_every_boundary(
    half: nn.Module, boundaries: Sequence[int], events: pd.DataFrame, batches: Sequence[Batch], *, device: str
) -> dict[int, dict[str, Float[Tensor, "token d_model"]]]:
    """Return, by boundary and prompt id, the residual stream entering that block, all from one upstream pass.

    half: the blocks below the last of the boundaries.
    """
    states: dict[int, dict[str, Tensor]] = {boundary: {} for boundary in boundaries}
    for batch in tqdm(batches, desc="boundary states", unit="batch"):
        rows = events.iloc[batch]
        tokens = right_padded([torch.tensor(context) for context in rows["context"]])
        with _entering(half, boundaries) as seen:
            seen[max(boundaries)] = run_upstream(half, tokens.to(device)).cpu()
        for boundary, found in states.items():
            for place, row in enumerate(rows.itertuples()):
                found[row.prompt_id] = seen[boundary][place, : len(row.context)].clone()
    return states


def measure_crossed_cells(
    halves: Mapping[int, nn.Module],
    late: str,
    states: Mapping[int, Mapping[str, States]],
    readouts: Mapping[str, Readout],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Run one side's late half of each boundary on the other side's states entering it.

    halves and states are by boundary. A checkpoint's own state in its own late half is its full forward pass at every
    boundary, so the two unpatched cells are those of the factorial and are not measured again.
    """
    (other,) = (side for side in SIDES if side != late)
    tables = []
    for boundary, half in halves.items():
        cells = measure_late_cells(
            half,
            late,
            states[boundary],
            readouts,
            events,
            batches,
            upstreams=(other,),
            device=device,
        )
        tables.append(cells.assign(boundary=boundary))
    return pd.concat(tables, ignore_index=True)


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
