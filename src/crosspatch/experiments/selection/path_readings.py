"""What each checkpoint would say after every prefix of each one's rollout: teacher-forced readings of both paths."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import right_padded
from crosspatch.measures.choices import gap, pick
from crosspatch.models.halves import run_upstream
from crosspatch.models.readout import Readout

_Picks = tuple[list[int], list[float]]


def read_paths(
    blocks: nn.Module,
    readout: Readout,
    paths: Mapping[str, pd.DataFrame],
    *,
    reader: str,
    batches: Mapping[str, Any],
    device: str,
) -> pd.DataFrame:
    """Return the `path_readings` of one checkpoint: its pick after every prefix of the rollouts.

    blocks: all of the reader's, without the final norm; paths: rollouts by the side they are of. One forward pass per
    rollout; a prompt without a rollout has an empty reading.
    """
    tables = [
        _read_path(blocks, readout, rollouts, batches, device).assign(path=path, reader=reader)
        for path, rollouts in paths.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _read_path(
    blocks: nn.Module, readout: Readout, rollouts: pd.DataFrame, batches: Mapping[str, Any], device: str
) -> pd.DataFrame:
    prompts, continuations = ([[*map(int, row)] for row in rollouts[name]] for name in ("prompt_tokens", "tokens"))
    rows = [place for place, failure in enumerate(rollouts["failure"]) if not isinstance(failure, str)]
    contexts = {row: [*prompts[row], *continuations[row]] for row in rows}
    found: dict[int, _Picks] = {}
    planned = plan_batches([len(contexts[row]) for row in rows], **batches)
    for batch in tqdm(planned, desc="paths", unit="batch"):
        several = [rows[place] for place in batch]
        states = run_upstream(blocks, right_padded([torch.tensor(contexts[row]) for row in several]).to(device))
        for row, own in zip(several, states, strict=True):
            found[row] = _picks(readout, own[len(prompts[row]) - 1 : len(contexts[row])])
    records = [found.get(row, ([], [])) for row in range(len(rollouts))]
    return pd.DataFrame(records, columns=["tops", "gaps"]).assign(prompt_id=rollouts["prompt_id"].to_numpy())


def _picks(readout: Readout, states: Float[Tensor, "position d_model"]) -> _Picks:
    """Return the pick at each position and by how much it leads the runner-up, in logits."""
    logits = readout.logits(states)
    return pick(logits).tolist(), gap(logits).tolist()
