"""How probable one late stack makes the tokens of every candidate, from either upstream state."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from crosspatch.errors import MeasurementError
from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import readout_names, right_padded
from crosspatch.measures.choices import log_probabilities
from crosspatch.measures.states import States
from crosspatch.models.halves import run_late
from crosspatch.models.readout import Readout
from crosspatch.records.sides import SIDES


def score_late(
    half: nn.Module,
    late: str,
    states: Mapping[str, States],
    readouts: Mapping[str, Readout],
    rows: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Return the `continuation_scores` of one late stack: ln p of every scored token, in nats, for each upstream state
    and readout, the native one being that of `late`.

    rows: `passes_of`; states and readouts: by side. Logits in the checkpoint's dtype, real tokens only, softmax in
    float32. MeasurementError, naming the prompt, if a number is not finite.
    """
    found = []
    for batch in tqdm(batches, desc=f"continuations, {late} late stack", unit="batch"):
        some = rows.iloc[batch]
        kept, counts = _places(some)
        tokens = torch.tensor([token for scored in some["scored"] for token in scored], device=device)
        for upstream in SIDES:
            given = right_padded([states[upstream][name] for name in some["prompt_id"]])
            after = run_late(half, given.to(device))[kept]
            for readout, scores in _under(readouts, late, after, tokens):
                parts = [part.tolist() for part in scores.cpu().split(counts)]
                known = {"upstream": upstream, "late": late, "readout": readout}
                found.append(_described(some, parts).assign(**known))
    return _finite(pd.concat(found, ignore_index=True))


def _places(rows: pd.DataFrame) -> tuple[tuple[Tensor, Tensor], list[int]]:
    """Rows and positions at which each scored token is predicted, and how many each row has."""
    counts = rows["scored"].map(len).tolist()
    of_rows = torch.repeat_interleave(torch.arange(len(rows)), torch.tensor(counts))
    positions = [start + place for start, count in zip(rows["start"], counts, strict=True) for place in range(count)]
    return (of_rows, torch.tensor(positions)), counts


def _under(
    readouts: Mapping[str, Readout], late: str, after: Float[Tensor, "token d_model"], tokens: Tensor
) -> Iterator[tuple[str, Float[Tensor, " token"]]]:
    for side, names in readout_names(late).items():
        scores = log_probabilities(readouts[side].logits(after)).gather(1, tokens[:, None])[:, 0]
        for name in names:
            yield name, scores


def _described(rows: pd.DataFrame, scores: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {"prompt_id": rows["prompt"].to_numpy(), "candidate": rows["candidate"].to_numpy(), "scores": scores}
    )


def _finite(scores: pd.DataFrame) -> pd.DataFrame:
    for row in scores.itertuples():
        if not all(score > -float("inf") for score in row.scores):
            raise MeasurementError(
                f"prompt {row.prompt_id!r}: ln p of the {row.candidate} continuation ({row.upstream} upstream, "
                f"{row.late} late, {row.readout}) is {row.scores}; check the weights of both checkpoints"
            )
    return scores
