"""Proof by effect that halves of a checkpoint are the checkpoint, on a sample of the pair's own events."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor, nn
from transformers import PreTrainedModel

from crosspatch.errors import PairError
from crosspatch.experiments.batching import Batch
from crosspatch.experiments.factorial import capture_boundary_states, right_padded
from crosspatch.measures.states import States
from crosspatch.models.halves import run_late
from crosspatch.models.loading import text_stack
from crosspatch.models.readout import Readout


@dataclass(frozen=True)
class HalvesSample:
    """What the halves gave for the sampled events, by prompt id: states at the boundary and after the last block."""

    boundary: States
    last: States


def sample_events(events: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return `count` usable events spread evenly over context lengths."""
    usable = events[events["usable"]]
    ordered = usable.assign(length=usable["context"].map(len)).sort_values(["length", "prompt_id"])
    places = torch.linspace(0, len(ordered) - 1, min(count, len(ordered))).round().long().unique()
    return ordered.iloc[places.tolist()].drop(columns="length").reset_index(drop=True)


def run_halves(
    load_upstream: Callable[[], nn.Module],
    load_late: Callable[[], nn.Module],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> HalvesSample:
    """Run one checkpoint's own halves, one resident at a time, on its own boundary states."""
    boundary = capture_boundary_states(load_upstream(), events, batches, device=device)
    late, last = load_late(), {}
    for batch in batches:
        rows = events.iloc[batch]
        states = run_late(late, right_padded([boundary[prompt_id] for prompt_id in rows["prompt_id"]]).to(device)).cpu()
        for place, row in enumerate(rows.itertuples()):
            last[row.prompt_id] = states[place, : len(row.context)].clone()
    return HalvesSample(boundary=boundary, last=last)


def compare_with_full_forward(
    model: PreTrainedModel,
    readout: Readout,
    halves: HalvesSample,
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    boundary: int,
    side: str,
) -> pd.DataFrame:
    """Return the no-op cells of one side: every distance must be exactly zero, and the top token the same.

    In the same batches, a full forward pass must give the halves' states and the readout's logits bit for bit, and
    the checkpoint's own boundary state patched back in must change nothing. PairError, naming the first event that
    differs, otherwise.
    """
    records = []
    for batch in batches:
        rows = events.iloc[batch]
        plain = _full_pass(model, rows, boundary)
        patched = _patched_pass(model, rows, boundary, halves)
        for place, row in enumerate(rows.itertuples()):
            record = _noop_record(row, place, plain, patched, halves, readout)
            records.append({"pair": row.pair, "prompt_id": row.prompt_id, "side": side, **record})
    return _all_zero(pd.DataFrame(records))


@dataclass(frozen=True)
class _Pass:
    boundary: Float[Tensor, "row token d_model"]
    last: Float[Tensor, "row token d_model"]
    logits: Float[Tensor, "row token vocabulary"]


@torch.inference_mode()
def _full_pass(model: PreTrainedModel, rows: pd.DataFrame, boundary: int) -> _Pass:
    tokens = right_padded([torch.tensor(context) for context in rows["context"]]).to(model.device)
    with _recorded(model, boundary) as seen:
        logits = model(input_ids=tokens, use_cache=False).logits
    return _Pass(seen["boundary"], seen["last"], logits)


@torch.inference_mode()
def _patched_pass(model: PreTrainedModel, rows: pd.DataFrame, boundary: int, halves: HalvesSample) -> _Pass:
    own = right_padded([halves.boundary[prompt_id] for prompt_id in rows["prompt_id"]]).to(model.device)
    lengths = [len(context) for context in rows["context"]]

    def patch(_module: torch.nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        state = args[0].clone()
        for place, length in enumerate(lengths):
            state[place, :length] = own[place, :length]
        return (state, *args[1:])

    handle = text_stack(model).layers[boundary].register_forward_pre_hook(patch)
    try:
        return _full_pass(model, rows, boundary)
    finally:
        handle.remove()


@contextmanager
def _recorded(model: PreTrainedModel, boundary: int) -> Iterator[dict[str, Tensor]]:
    seen: dict[str, Tensor] = {}
    blocks = text_stack(model).layers
    handles = [
        blocks[boundary].register_forward_pre_hook(lambda _module, args: seen.update(boundary=args[0])),
        blocks[-1].register_forward_hook(lambda _module, _args, output: seen.update(last=_tensor(output))),
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _tensor(output: Tensor | tuple[Tensor, ...]) -> Tensor:
    return output[0] if isinstance(output, tuple) else output


def _noop_record(
    row: object, place: int, plain: _Pass, patched: _Pass, halves: HalvesSample, readout: Readout
) -> dict[str, object]:
    length = len(row.context)
    tokens = [int(row.base_token), int(row.tuned_token)]
    boundary, last = plain.boundary[place, :length].cpu(), plain.last[place, :length].cpu()
    logits = plain.logits[place, :length].float()
    read = readout.logits(plain.last)[place, :length]
    real = readout.real
    changed = patched.logits[place, length - 1].float()
    states = [(boundary - halves.boundary[row.prompt_id]), (last - halves.last[row.prompt_id])]
    states.append((read - logits)[:, real].cpu())
    margins = [values[tokens[1]] - values[tokens[0]] for values in (changed, logits[-1])]
    return {
        "state_distance": torch.stack([difference.abs().max() for difference in states]).max().item(),
        "margin_distance": (margins[0] - margins[1]).abs().item(),
        "same_top": bool(changed[real].argmax() == logits[-1][real].argmax()),
    }


def _all_zero(noop: pd.DataFrame) -> pd.DataFrame:
    wrong = noop[(noop["state_distance"] != 0) | (noop["margin_distance"] != 0) | ~noop["same_top"]]
    if len(wrong):
        first = wrong.iloc[0]
        raise PairError(
            f"pair {first['pair']!r} is refused: halves of the {first['side']} checkpoint are not its full forward "
            f"pass at prompt {first['prompt_id']!r} (states differ by {first['state_distance']:g}, margins by "
            f"{first['margin_distance']:g}); see docs/adding.md on architectures"
        )
    return noop
