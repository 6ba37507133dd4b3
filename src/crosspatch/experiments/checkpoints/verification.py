"""Proof by effect that halves of a checkpoint are the checkpoint, on a sample of the pair's own events."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from transformers import PreTrainedModel

from crosspatch.errors import PairError
from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import capture_boundary_states, right_padded
from crosspatch.measures.choices import pick
from crosspatch.measures.states import States
from crosspatch.models.halves import run_late
from crosspatch.models.loading import text_stack
from crosspatch.models.readout import Readout

_TOGETHER = 2**27  # logits compared at once, with at most 10 bytes for each


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
    differs, otherwise. Logits of all positions are compared a portion at a time, each of them from a full pass.
    """
    records = []
    for batch in batches:
        rows = events.iloc[batch]
        lengths = torch.tensor([len(context) for context in rows["context"]])
        after = lengths[:, None] - torch.arange(int(lengths.max()))  # of a position: real ones from it on
        read = _readout_distances(model, readout, rows, boundary, after > 0)
        plain = _full_pass(model, rows, boundary, after == 1)
        patched = _patched_pass(model, rows, boundary, halves, after == 1)
        for place, row in enumerate(rows.itertuples()):
            record = _noop_record(row, place, plain, patched, halves, readout, read[place])
            records.append({"pair": row.pair, "prompt_id": row.prompt_id, "side": side, **record})
    return _all_zero(pd.DataFrame(records))


@dataclass(frozen=True)
class _Pass:
    boundary: Float[Tensor, "row token d_model"]
    last: Float[Tensor, "row token d_model"]
    logits: Float[Tensor, "kept vocabulary"]


@torch.inference_mode()
def _full_pass(model: PreTrainedModel, rows: pd.DataFrame, boundary: int, kept: Bool[Tensor, "row token"]) -> _Pass:
    tokens = right_padded([torch.tensor(context) for context in rows["context"]]).to(model.device)
    with _recorded(model, boundary) as seen:
        logits = model(input_ids=tokens, use_cache=False, logits_to_keep=kept.to(model.device)).logits
    return _Pass(seen["boundary"], seen["last"], logits)


def _readout_distances(
    model: PreTrainedModel, readout: Readout, rows: pd.DataFrame, boundary: int, real: Bool[Tensor, "row token"]
) -> Float[Tensor, " row"]:
    """Return how far the readout is from the full pass's own logits, at most over the real positions of each row.

    Portions are of one size, so that the last is not of a few rows, which round differently; it overlaps another.
    """
    distances, places = torch.zeros(real.shape), real.flatten().nonzero()[:, 0]
    size = min(len(places), max(1, _TOGETHER // len(readout.real)))
    for start in range(0, len(places), size):
        kept = torch.zeros_like(real)
        kept.view(-1)[places[min(start, len(places) - size) :][:size]] = True
        distances[kept] = _readout_distance(model, readout, rows, boundary, kept)
    return distances.amax(-1)


@torch.inference_mode()
def _readout_distance(
    model: PreTrainedModel, readout: Readout, rows: pd.DataFrame, boundary: int, kept: Bool[Tensor, "row token"]
) -> Float[Tensor, " kept"]:
    """Both norm all positions and unembed the kept ones together, so that the products compared have one shape."""
    found = _full_pass(model, rows, boundary, kept)
    apart = readout.unembedded(readout.norm(found.last)[kept.to(model.device)]).sub_(found.logits)
    return apart.abs_().masked_fill_(~readout.real, 0.0).amax(-1).cpu()


@torch.inference_mode()
def _patched_pass(
    model: PreTrainedModel, rows: pd.DataFrame, boundary: int, halves: HalvesSample, kept: Bool[Tensor, "row token"]
) -> _Pass:
    own = right_padded([halves.boundary[prompt_id] for prompt_id in rows["prompt_id"]]).to(model.device)
    lengths = [len(context) for context in rows["context"]]

    def patch(_module: torch.nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        state = args[0].clone()
        for place, length in enumerate(lengths):
            state[place, :length] = own[place, :length]
        return (state, *args[1:])

    handle = text_stack(model).layers[boundary].register_forward_pre_hook(patch)
    try:
        return _full_pass(model, rows, boundary, kept)
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
    row: object,
    place: int,
    plain: _Pass,
    patched: _Pass,
    halves: HalvesSample,
    readout: Readout,
    read: Float[Tensor, ""],
) -> dict[str, object]:
    length = len(row.context)
    boundary, last = plain.boundary[place, :length].cpu(), plain.last[place, :length].cpu()
    states = [(boundary - halves.boundary[row.prompt_id]), (last - halves.last[row.prompt_id])]
    own, changed = plain.logits[place].float(), patched.logits[place].float()
    margins = [values[int(row.tuned_token)] - values[int(row.base_token)] for values in (changed, own)]
    return {
        "state_distance": torch.stack([*(difference.abs().max() for difference in states), read]).max().item(),
        "margin_distance": (margins[0] - margins[1]).abs().item(),
        "same_top": bool(pick(changed[readout.real]) == pick(own[readout.real])),
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
