"""Logits of all event tokens of a pair at every event: what the margin of another event's tokens would be there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from tqdm import tqdm

from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import last_positions, right_padded
from crosspatch.measures.states import States
from crosspatch.models.halves import run_late
from crosspatch.models.readout import Readout


def token_pool(events: pd.DataFrame) -> list[int]:
    """Return every token that is the base or the tuned one of an event, sorted."""
    return sorted({*events["base_token"].astype(int), *events["tuned_token"].astype(int)})


def read_token_pool(
    half: nn.Module,
    late: str,
    states: Mapping[str, States],
    readout: Readout,
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Run one late stack on the boundary states of each side and read the pool's logits at the last real position.

    states are by side. Logits are those of the primary margin: one readout, norm and unembedding in float32. Returns
    the columns of the token_pool schema, one row per event and upstream.
    """
    pool = token_pool(events)
    wanted = torch.tensor([pool], device=device)
    columns: dict[str, list[Any]] = defaultdict(list)
    prompt_ids, lengths = events["prompt_id"].tolist(), events["context"].map(len).tolist()
    for batch in tqdm(batches, desc=f"token pool of the {late} late stack", unit="batch"):
        ids = [prompt_ids[row] for row in batch]
        for upstream, own in states.items():
            given = right_padded([own[name] for name in ids]).to(device)
            last = last_positions(run_late(half, given), [lengths[row] for row in batch])
            columns["prompt_id"] += ids
            columns["upstream"] += [upstream] * len(ids)
            columns["logits"] += _pool_logits(readout, last, wanted)
    return pd.DataFrame(columns).assign(late=late, tokens=[pool] * len(columns["prompt_id"]))


def _pool_logits(
    readout: Readout, last: Float[Tensor, "row d_model"], wanted: Int[Tensor, "1 token"]
) -> list[list[float]]:
    """Return each row's logits; row by row, since the unembedding's rows of the pool are gathered for each of them."""
    return [readout.token_logits(row[None], wanted)[0].tolist() for row in last]
