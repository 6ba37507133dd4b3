"""Passes of one checkpoint with the other's MLPs in a window of its blocks: what is picked, what each MLP writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm import tqdm
from transformers import PreTrainedModel

from crosspatch.experiments.windows.mlp_writes import VERSIONS, mlp_supports, recorded_writes
from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import last_positions, right_padded
from crosspatch.measures.choices import margin, pick
from crosspatch.models.grafts import Mlps, grafted
from crosspatch.models.halves import run_upstream
from crosspatch.models.loading import blocks_as_stack, text_stack
from crosspatch.models.readout import Readout

NO_GRAFT = "no graft"
Supports = Float[np.ndarray, "event block version choice"]


@dataclass(frozen=True)
class Host:
    """A whole checkpoint of a pair, the MLPs of the other one by block, and the readouts of both by side."""

    side: str
    model: PreTrainedModel
    mlps: Mlps
    readouts: Mapping[str, Readout]


@dataclass(frozen=True)
class GraftedPass:
    """What one hybrid gives at the last position of every event, in the order of the events.

    choices: `top_token`, `margin_checkpoint` and `margin_float32` under the host's own readout; supports: by side of
    the readout, how much every MLP supports the base token and the tuned token, in logits.
    """

    choices: pd.DataFrame
    supports: Mapping[str, Supports]


def run_grafts(
    host: Host, windows: Mapping[str, Sequence[int]], events: pd.DataFrame, batches: Sequence[Batch]
) -> dict[str, GraftedPass]:
    """Run the host as it is (`NO_GRAFT`) and with the donor's MLPs in the blocks of each window."""
    passes = {}
    for window, blocks in {NO_GRAFT: (), **windows}.items():
        with grafted(host.model, {index: host.mlps[index] for index in blocks}):
            passes[window] = _run_pass(host, events, tqdm(batches, desc=f"{host.side} host, {window}", unit="batch"))
    return passes


def _run_pass(host: Host, events: pd.DataFrame, batches: Iterable[Batch]) -> GraftedPass:
    depth, device = len(text_stack(host.model).layers), host.model.device
    whole, contexts = blocks_as_stack(host.model, range(depth)), events["context"].tolist()
    tokens = torch.tensor(events[["base_token", "tuned_token"]].to_numpy("int64").tolist(), device=device)
    choices, supports = [], {side: np.empty((len(events), depth, len(VERSIONS), 2)) for side in host.readouts}
    for batch in batches:
        lengths = [len(contexts[row]) for row in batch]
        given = right_padded([torch.tensor(contexts[row]) for row in batch]).to(device)
        with recorded_writes(host.model, lengths) as writes:
            last = last_positions(run_upstream(whole, given), lengths)
        choices.append(_choices(host.readouts[host.side], last, tokens[batch]).set_index(pd.Index(batch)))
        for side, readout in host.readouts.items():
            supports[side][batch] = mlp_supports(writes, readout, tokens[batch]).cpu().numpy()
    return GraftedPass(pd.concat(choices).sort_index(), supports)


def _choices(readout: Readout, last: Float[Tensor, "row d_model"], tokens: Int[Tensor, "row choice"]) -> pd.DataFrame:
    logits = readout.logits(last)
    margins = {"margin_checkpoint": logits.gather(1, tokens), "margin_float32": readout.token_logits(last, tokens)}
    columns = {name: margin(both[:, 1], both[:, 0]).tolist() for name, both in margins.items()}
    return pd.DataFrame({"top_token": pick(logits).tolist(), **columns})
