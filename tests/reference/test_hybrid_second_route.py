"""Cells of hybrid states by another route: numpy makes the states, plain hooks put them into full forward passes."""

import hashlib

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import AutoModelForCausalLM

from crosspatch.experiments.hybrids.hybrid_states import (
    arms_with_own_cells,
    interpolation_arms,
    measure_arms,
    permutation_arms,
    rescaling_arms,
)
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import capture_boundary_states
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.readout import load_readout

SIDES = ("base", "tuned")
KEY = ["prompt_id", "arm", "upstream", "late"]


def interpolated(share):
    return lambda base, tuned, _: {("tuned", late): base * (1 - share) + tuned * share for late in SIDES}


def permuted(seed):
    def make(base, tuned, event):
        words = f"signed permutation\n{event.pair}\n{event.prompt_id}\n{seed}"
        number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:6], "big")
        generator = torch.Generator().manual_seed(number)
        order = torch.randperm(base.shape[1], generator=generator).numpy()
        signs = np.where(torch.randint(0, 2, (base.shape[1],), generator=generator).numpy() == 1, -1.0, 1.0)
        moved = base.copy()
        for dimension, source in enumerate(order):
            moved[:, dimension] += signs[dimension] * (tuned[:, source] - base[:, source])
        return {("tuned", late): moved for late in SIDES}

    return make


def at_host_norm(base, tuned, _):
    sizes = np.linalg.norm(base, axis=1, keepdims=True), np.linalg.norm(tuned, axis=1, keepdims=True)
    return {("base", "tuned"): base / sizes[0] * sizes[1], ("tuned", "base"): tuned / sizes[1] * sizes[0]}


ARMS = {"tuned share 0.3": interpolated(0.3), "permutation 4": permuted(4), "host norm": at_host_norm}


def stack_of(model):
    return model.model.language_model if hasattr(model.model, "language_model") else model.model


def entering(model, tokens, boundary):
    """The state that enters the boundary block in a full forward pass, in float64."""
    seen = []
    handle = stack_of(model).layers[boundary].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    model(input_ids=tokens, use_cache=False)
    handle.remove()
    return seen[0][0].numpy().astype(np.float64)


def native_margin(model, event, boundary, state):
    """The margin after a full forward pass in which `state` takes the place of what enters the boundary block."""
    replaced = torch.tensor(state[np.newaxis], dtype=torch.float32)
    block = stack_of(model).layers[boundary]
    handle = block.register_forward_pre_hook(lambda _, given: (replaced, *given[1:]))
    logits = model(input_ids=torch.tensor(event.context)[None], use_cache=False).logits[0, -1]
    handle.remove()
    return (logits[int(event.tuned_token)] - logits[int(event.base_token)]).item()


@torch.no_grad()
def margins_by_hooks(models, event, boundary):
    tokens = torch.tensor(event.context)[None]
    own = {side: entering(models[side], tokens, boundary) for side in SIDES}
    for arm, make in ARMS.items():
        states = {(upstream, late): own[upstream] for upstream in SIDES for late in SIDES}
        for (upstream, late), state in (states | make(own["base"], own["tuned"], event)).items():
            margin = native_margin(models[late], event, boundary, state)
            yield {"prompt_id": event.prompt_id, "arm": arm, "upstream": upstream, "late": late, "margin": margin}


@pytest.fixture
def arms_by_halves(pair, measure, placement, tokenizer):
    """The `control_cells` of the three kinds of arms at some events, by the engine."""
    events = pair.usable.sort_values("step", ascending=False).head(4)
    planned = plan_batches(events["context"].map(len).tolist(), plan="exact", tokens=128)
    states, readouts = {}, {}
    for side, folder in pair.folders.items():
        half = load_upstream(folder, pair.boundary, placement)
        states[side] = capture_boundary_states(half, events, planned, device="cpu")
        readouts[side] = load_readout(folder, tokenizer, placement)
    arms = interpolation_arms(states, pair.name, shares=[0.3]) | permutation_arms(states, pair.name, seeds=[4])
    arms |= rescaling_arms(states, pair.name)
    measured = []
    for late, folder in pair.folders.items():
        half = load_late(folder, pair.boundary, placement)
        measured.append(measure_arms(half, late, arms, states[late], readouts, events, planned, device="cpu"))
    return events, arms_with_own_cells(measure(pair.folders, events, pair.boundary), pd.concat(measured))


def test_cells_of_hybrid_states_agree_to_float32_rounding(pair, arms_by_halves):
    events, cells = arms_by_halves
    models = {side: AutoModelForCausalLM.from_pretrained(pair.folders[side]).eval() for side in SIDES}
    rows = [row for event in events.itertuples() for row in margins_by_hooks(models, event, pair.boundary)]
    expected = pd.DataFrame(rows).set_index(KEY)["margin"].sort_index()
    native = cells[cells["readout"] == "native"].set_index(KEY).sort_index()
    assert native.index.equals(expected.index)
    assert len(native) == 3 * 4 * len(events)
    np.testing.assert_allclose(native["margin_checkpoint"], expected, atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(native["margin_float32"], expected, atol=1e-4, rtol=1e-4)
    assert expected.groupby(["upstream", "late", "arm"]).mean().nunique() == 9  # of twelve, own cells are shared
