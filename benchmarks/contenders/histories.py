"""Readings of forced continuations at every block under both lenses: ours, the plain way, and their products alone."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from transformers import DynamicCache

from benchmarks.workloads import Workload
from crosspatch.experiments.histories.readings import read_histories
from crosspatch.jobs.batching import plan_batches
from crosspatch.models.lens import Lens, LensReadout
from crosspatch.records.histories import LENSES, RAW_LENS

STEPS = 16  # of every context, the last ones; those before them are the prompt
KEYS = ("kl_to_final", "kl_from_final", "js_to_final", "entropy")


def histories_of(work: Workload) -> pd.DataFrame:
    """Return the workload's contexts as histories."""
    contexts = work.events["context"].map(list)
    forced, prompt = contexts.str[-STEPS:], contexts.str[:-STEPS]
    columns = {"prompt_id": work.events["prompt_id"], "raw_prompt": prompt, "forced": forced}
    return pd.DataFrame(columns).assign(usable=True, reason=None)


def random_lens(work: Workload) -> Lens:
    """Return a small random lens for the base."""
    blocks, width = len(work.models["base"].model.layers), work.models["base"].config.hidden_size
    torch.manual_seed(0)
    return Lens(0.01 * torch.randn(blocks, width, width), torch.zeros(blocks, width)).to(work.device)


def readings(work: Workload, lens: Lens) -> np.ndarray:
    """Return the quantities of KEYS [row, quantity], as read_histories measures them with all others."""
    lens_readout = LensReadout(work.readouts["base"], lens)
    table, _ = read_histories(work.models["base"], lens_readout, histories_of(work), mode="raw", batches=work.batches)
    return table[list(KEYS)].to_numpy()


@torch.inference_mode()
def plain(work: Workload, lens: Lens) -> np.ndarray:
    """Return the same, from one history at a time: forced step by step with a cache, all hidden states kept, and every
    state read out by itself.
    """
    rows = [
        quantities(work, lens, states)
        for history in histories_of(work).itertuples()
        for states in decoded(work, [*history.raw_prompt], [*history.forced])
    ]
    return np.concatenate(rows)


@torch.inference_mode()
def products(work: Workload) -> None:
    """Multiply random states by every linear layer of the blocks, as one pass needs it, and by the unembedding at
    every step, block and lens, under the tuned one by its map before.
    """
    model, lens = work.models["base"], random_lens(work)
    lengths = histories_of(work)["raw_prompt"].map(len) + STEPS - 1
    for batch in plan_batches(lengths.tolist(), **work.batches):
        tokens, steps = len(batch) * int(lengths.iloc[batch].max()), STEPS * len(batch)
        for linear in _linears(model.model.layers):
            linear(_drawn(tokens, linear))
        states = _drawn(steps, model.lm_head)
        for block in range(len(model.model.layers)):
            for name in LENSES:
                model.lm_head(states if name == RAW_LENS else states @ lens.weight[block].T)


def decoded(work: Workload, prompt: list[int], forced: list[int]) -> Iterator[list[Tensor]]:
    """Yield the state after each block, the last one before the final norm, at each step."""
    model, cache, last = work.models["base"], DynamicCache(), []
    handle = model.model.norm.register_forward_pre_hook(lambda _, given: last.append(given[0][0, -1:]))
    for tokens in [prompt, *([token] for token in forced[:-1])]:
        given = torch.tensor([tokens], device=work.device)
        out = model(input_ids=given, past_key_values=cache, use_cache=True, output_hidden_states=True)
        yield [*(state[0, -1:] for state in out.hidden_states[1:-1]), last[-1]]
    handle.remove()


def quantities(work: Workload, lens: Lens, states: list[Tensor]) -> np.ndarray:
    """Return KEYS of one step [block and lens, quantity]."""
    readout, rows = work.readouts["base"], []
    final = torch.log_softmax(readout.logits(states[-1])[:, readout.real], -1)
    for block, state in enumerate(states):
        for name in LENSES:
            read = state if name == RAW_LENS else lens.translated(state, block)
            own = torch.log_softmax(readout.logits(read)[:, readout.real], -1)
            rows.append(list(_apart(own, final).values()))
    return np.array(rows)


def _apart(own: Tensor, final: Tensor) -> Mapping[str, float]:
    mixed = torch.logaddexp(own, final) - np.log(2)
    halves = [nn.functional.kl_div(mixed, one, log_target=True, reduction="sum") for one in (own, final)]
    return {
        "kl_to_final": nn.functional.kl_div(final, own, log_target=True, reduction="sum").item(),
        "kl_from_final": nn.functional.kl_div(own, final, log_target=True, reduction="sum").item(),
        "js_to_final": (sum(halves) / 2).item(),
        "entropy": -(own.exp() * own).sum().item(),
    }


def _linears(layers: nn.Module) -> list[nn.Linear]:
    return [module for module in layers.modules() if isinstance(module, nn.Linear)]


def _drawn(rows: int, linear: nn.Linear) -> Tensor:
    return torch.randn(rows, linear.in_features, device=linear.weight.device, dtype=linear.weight.dtype)
