"""The published runner, from its description (protocol of arXiv 2605.07284, four-cell scoring): one event at a time,
no cache, four cells and two no-ops as full forward passes, the last position of every block kept, three readouts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from transformers import DynamicCache

from benchmarks.workloads import Workload
from crosspatch.measures.effects import CELLS
from crosspatch.models.loading import text_stack
from crosspatch.models.readout import Readout
from crosspatch.records.sides import SIDES


@torch.inference_mode()
def cells(work: Workload) -> np.ndarray:
    """Return margins under common_tuned [event, cell]."""
    return np.array([_event(work, event) for event in work.events.itertuples()])


@torch.inference_mode()
def rollouts(work: Workload) -> dict[str, list[list[int]]]:
    """Return each side's greedy tokens by prompt, one prompt at a time with a cache."""
    prompts = [work.tokenizer(text)["input_ids"] for text in work.prompts["text"]]
    return {side: [_greedy(work, side, prompt) for prompt in prompts] for side in SIDES}


def study(work: Workload) -> np.ndarray:
    """Roll out both sides, find the first divergences, and return their margins [event, cell]."""
    rows, both = [], rollouts(work)
    for prompt, base, tuned in zip(work.prompts.itertuples(), *both.values(), strict=True):
        first = next((place for place, (one, other) in enumerate(zip(base, tuned, strict=True)) if one != other), None)
        if first is not None:
            context = [*work.tokenizer(prompt.text)["input_ids"], *base[:first]]
            rows.append((prompt.prompt_id, context, base[first], tuned[first]))
    events = pd.DataFrame(rows, columns=["prompt_id", "context", "base_token", "tuned_token"])
    return cells(replace(work, events=events))


def _event(work: Workload, event: object) -> list[float]:
    tokens = torch.tensor(event.context, device=work.device)[None]
    states, own = {}, {}
    for side in SIDES:
        with _captured(work.models[side], work.boundary) as seen:
            own[side] = _forward(work.models[side], tokens)
        states[side] = seen["boundary"]
    margins = []
    for upstream, late in CELLS:
        with _patched(work.models[late], work.boundary, states[upstream]) as distance:
            last = _forward(work.models[late], tokens)
        if upstream == late and distance[0] > 1e-4:
            raise AssertionError(f"no-op patch of {event.prompt_id} changes the state by {distance[0]}")
        read = own[late] if upstream == late else last
        margins.append(_described(work, read, event, late)["tuned"]["margin"])
        if upstream == late:
            _described(work, last, event, late)
    return margins


def _forward(model: nn.Module, tokens: Tensor) -> Tensor:
    """One full forward pass; return the last block's output at the last position."""
    kept: list[Tensor] = []
    handles = [
        block.register_forward_hook(lambda _module, _given, output: kept.append(_tensor(output)[:, -1].clone()))
        for block in text_stack(model).layers
    ]
    model(input_ids=tokens, attention_mask=torch.ones_like(tokens), use_cache=False)
    for handle in handles:
        handle.remove()
    return kept[-1]


@contextmanager
def _captured(model: nn.Module, boundary: int) -> Iterator[dict[str, Tensor]]:
    seen: dict[str, Tensor] = {}
    block = text_stack(model).layers[boundary]
    handle = block.register_forward_pre_hook(lambda _module, given: seen.update(boundary=given[0].clone()))
    yield seen
    handle.remove()


@contextmanager
def _patched(model: nn.Module, boundary: int, state: Tensor) -> Iterator[list[float]]:
    distance: list[float] = []

    def replace(_module: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        distance.append((given[0].float() - state.float()).abs().max().item())
        return (state, *given[1:])

    handle = text_stack(model).layers[boundary].register_forward_pre_hook(replace)
    yield distance
    handle.remove()


def _described(work: Workload, last: Tensor, event: object, late: str) -> dict[str, dict[str, float]]:
    """Read one state with both common readouts and the host's own: logits, margin, ranks, top token."""
    named = {"tuned": work.readouts["tuned"], "base": work.readouts["base"], "native": work.readouts[late]}
    return {name: _columns(readout, last, event) for name, readout in named.items()}


def _columns(readout: Readout, last: Tensor, event: object) -> dict[str, float]:
    logits = readout.unembedding(readout.norm(last))[0].float().masked_fill(~readout.real, float("-inf"))
    base, tuned = logits[event.base_token], logits[event.tuned_token]
    return {
        "margin": (tuned - base).item(),
        "base_rank": int((logits > base).sum()),
        "tuned_rank": int((logits > tuned).sum()),
        "top": int(logits.argmax()),
    }


def _greedy(work: Workload, side: str, prompt: list[int]) -> list[int]:
    model = work.models[side]
    real = work.readouts[side].real
    cache, given, found = DynamicCache(config=model.config), torch.tensor([prompt], device=work.device), []
    for _ in range(work.max_new_tokens):
        mask = torch.ones(1, cache.get_seq_length() + given.shape[1], dtype=torch.long, device=work.device)
        output = model(input_ids=given, attention_mask=mask, past_key_values=cache, use_cache=True)
        logits = output.logits[:, -1].float().masked_fill(~real, float("-inf"))
        found.append(int(logits.argmax()))
        if found[-1] in work.stops:
            break
        given = torch.tensor([found[-1:]], device=work.device)
    return found


def _tensor(output: Tensor | tuple[Tensor, ...]) -> Tensor:
    return output[0] if isinstance(output, tuple) else output
