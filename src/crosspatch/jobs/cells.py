"""The cells of every event: each side's upstream state read by each side's late stack."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from tqdm import tqdm

from crosspatch.errors import MeasurementError
from crosspatch.jobs.batching import Batch
from crosspatch.measures.choices import entropy, log_probabilities, margin, pick, rank_of
from crosspatch.measures.states import States
from crosspatch.models.halves import run_late, run_upstream
from crosspatch.models.readout import Readout
from crosspatch.records.sides import BASE, COMMON_BASE, COMMON_TUNED, NATIVE, SIDES, TUNED

Read = Callable[[Float[Tensor, "row d_model"], Int[Tensor, "row choice"]], Iterator[dict[str, list[Any]]]]
"""From last states and their event's two tokens to columns of a cells table, once for each readout."""


def capture_boundary_states(
    half: nn.Module, events: pd.DataFrame, batches: Sequence[Batch], *, device: str
) -> dict[str, Float[Tensor, "token d_model"]]:
    """Return the residual stream entering the boundary block at every position of every event's context."""
    states: dict[str, Tensor] = {}
    prompt_ids, contexts = events["prompt_id"].tolist(), events["context"].tolist()
    for batch in tqdm(batches, desc="boundary states", unit="batch"):
        tokens = right_padded([torch.tensor(contexts[row]) for row in batch])
        batch_states = run_upstream(half, tokens.to(device)).cpu()
        for place, row in enumerate(batch):
            states[prompt_ids[row]] = batch_states[place, : len(contexts[row])].clone()
    return states


def measure_late_cells(
    half: nn.Module,
    late: str,
    states: Mapping[str, States],
    readouts: Mapping[str, Readout],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    upstreams: Sequence[str] = SIDES,
    device: str,
) -> pd.DataFrame:
    """Run one late stack on the boundary states of `upstreams` and read every readout at the last real position.

    states and readouts are by side. Raises MeasurementError, naming the event, if a margin is not finite.
    """
    read = partial(read_cells, readouts=readouts, late=late)
    return finite(run_on_states(half, late, states, read, events, batches, upstreams=upstreams, device=device))


def run_on_states(
    half: nn.Module,
    late: str,
    states: Mapping[str, States],
    read: Read,
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    upstreams: Sequence[str],
    device: str,
) -> pd.DataFrame:
    """Run one late stack on the boundary states of `upstreams`, by their names, and `read` the last real position."""
    columns: dict[str, list[Any]] = defaultdict(list)
    prompt_ids, lengths = events["prompt_id"].tolist(), events["context"].map(len).tolist()
    tokens = torch.tensor(events[["base_token", "tuned_token"]].to_numpy("int64").tolist(), device=device)
    for batch in tqdm(batches, desc=f"cells of the {late} late stack", unit="batch"):
        ids = [prompt_ids[row] for row in batch]
        given = {name: right_padded([states[name][one] for one in ids]) for name in {*upstreams, late}}
        for upstream in upstreams:
            last = last_positions(run_late(half, given[upstream].to(device)), [lengths[row] for row in batch])
            distance = (given[upstream].float() - given[late].float()).abs().amax((1, 2)).tolist()
            known = {"prompt_id": ids, "donor_distance": distance} | _repeated(len(ids), upstream=upstream, late=late)
            for part in read(last, tokens[batch]):
                for name, values in (known | part).items():
                    columns[name].extend(values)
    return pd.DataFrame(columns)


def right_padded(rows: Sequence[Tensor]) -> Tensor:
    """Stack rows of one or several lengths, padded on the right with zeros; attention is causal, so none sees them."""
    return nn.utils.rnn.pad_sequence(list(rows), batch_first=True)


def last_positions(states: Float[Tensor, "row token d_model"], lengths: Sequence[int]) -> Float[Tensor, "row d_model"]:
    """Return each row's state at its last real position."""
    return states[torch.arange(len(lengths)), torch.tensor(lengths) - 1]


def read_cells(
    last: Float[Tensor, "row d_model"], tokens: Int[Tensor, "row choice"], readouts: Mapping[str, Readout], late: str
) -> Iterator[dict[str, list[Any]]]:
    """Yield the columns of a cells table under each readout; the native one is that of `late`."""
    yield from read_under(last, tokens, [(readouts[side], own) for side, own in readout_names(late).items()])


def readout_names(late: str) -> dict[str, list[str]]:
    """Return by side what its readout is called where it reads the `late` stack's states; that of `late` is native."""
    common = {TUNED: COMMON_TUNED, BASE: COMMON_BASE}
    return {side: [name, NATIVE] if side == late else [name] for side, name in common.items()}


def read_under(
    last: Float[Tensor, "row d_model"],
    tokens: Int[Tensor, "row choice"],
    readouts: Iterable[tuple[Readout, Sequence[str]]],
) -> Iterator[dict[str, list[Any]]]:
    """Yield the columns of a cells table under each readout, once for each of its names."""
    for readout, names in readouts:
        read = _read_columns(readout, last, tokens)
        for name in names:
            yield read | _repeated(len(last), readout=name)


def _repeated(rows: int, **values: str) -> dict[str, list[str]]:
    return {name: [value] * rows for name, value in values.items()}


def _read_columns(
    readout: Readout, last: Float[Tensor, "row d_model"], tokens: Int[Tensor, "row choice"]
) -> dict[str, list[Any]]:
    logits = readout.logits(last)
    base_logit, tuned_logit = logits.gather(1, tokens).unbind(1)
    precise_base, precise_tuned = readout.token_logits(last, tokens).unbind(1)
    chances = log_probabilities(logits)
    base_chance, tuned_chance = chances.gather(1, tokens).unbind(1)
    top = pick(logits)
    return {
        "base_logit": base_logit.tolist(),
        "tuned_logit": tuned_logit.tolist(),
        "margin_checkpoint": margin(tuned_logit, base_logit).tolist(),
        "margin_float32": margin(precise_tuned, precise_base).tolist(),
        "top_token": top.tolist(),
        "top_class": [_top_class(*three) for three in zip(top.tolist(), *tokens.T.tolist(), strict=True)],
        "base_rank": rank_of(logits, tokens[:, 0]).tolist(),
        "tuned_rank": rank_of(logits, tokens[:, 1]).tolist(),
        "base_log_probability": base_chance.tolist(),
        "tuned_log_probability": tuned_chance.tolist(),
        "entropy": entropy(chances).tolist(),
    }


def _top_class(top: int, base_token: int, tuned_token: int) -> str:
    return {base_token: BASE, tuned_token: TUNED}.get(top, "other")


def finite(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells; MeasurementError, naming the event, if a margin is not finite."""
    for row in cells.itertuples():
        if not (math.isfinite(row.margin_float32) and math.isfinite(row.margin_checkpoint)):
            raise MeasurementError(
                f"event of prompt {row.prompt_id!r}: the margin of cell ({row.upstream} upstream, {row.late} late) "
                f"under {row.readout} is {row.margin_float32} in float32 and {row.margin_checkpoint} in the "
                "checkpoint's dtype; check the weights of both checkpoints"
            )
    return cells
