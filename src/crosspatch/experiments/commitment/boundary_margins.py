"""Pre-late commitment: what the boundary state says of an event's two tokens, before any late block reads it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import torch

from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import read_cells
from crosspatch.measures.states import States
from crosspatch.models.readout import Readout

QUANTITY = "boundary_margin"
PRECISIONS = ("checkpoint", "float32")


def measure_boundary_margins(
    states: Mapping[str, States],
    readouts: Mapping[str, Readout],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Return the margin of each side's boundary state at the last position, in logits, as `control_values`.

    states and readouts are by side. Final norm and unembedding are applied to the very state that enters the boundary
    block (arXiv 2605.07284, appendix C.3, has a state one block later). An arm is the side whose state is read; its
    native readout is that side's own.
    """
    parts = [
        _readings(side, own, readouts, events.iloc[batch], device) for batch in batches for side, own in states.items()
    ]
    return pd.concat([part for some in parts for part in some], ignore_index=True)


def _readings(
    side: str, states: States, readouts: Mapping[str, Readout], events: pd.DataFrame, device: str
) -> Iterator[pd.DataFrame]:
    tokens = torch.tensor(events[["base_token", "tuned_token"]].to_numpy("int64").tolist(), device=device)
    last = torch.stack([states[prompt_id][-1] for prompt_id in events["prompt_id"]]).to(device)
    known: dict[str, Any] = {"pair": events["pair"], "prompt_id": events["prompt_id"], "step": events["step"].map(int)}
    for read in read_cells(last, tokens, readouts, side):
        for precision in PRECISIONS:
            view = {"arm": side, "quantity": QUANTITY, "readout": read["readout"], "precision": precision}
            yield pd.DataFrame({**known, **view, "value": read[f"margin_{precision}"]})
