"""Stacks in which everything is zero but a few planted weights, so that the four cells can be computed by hand.

Tokens are embedded as 4 e0 - 3 e1. The tuned upstream turns this into 4 e0 + 3 e1. Late stacks write along e2, which
the readout reads. The width is 32, so the norm divides a state x by sqrt(x.x / 32), which M = sqrt(7) along e2 makes 1.
"""

import math

import pandas as pd
import pytest
import torch
from torch import nn

BASE_TOKEN, TUNED_TOKEN = 10, 11
N0, N1 = 4 / math.sqrt(25 / 32), 3 / math.sqrt(25 / 32)  # the state that enters the boundary block, normed
M = math.sqrt(7)


def events_of(contexts):
    described = {"pair": "planted", "category": "facts", "template": "raw", "step": 0, "usable": True}
    tokens = {"base_token": BASE_TOKEN, "tuned_token": TUNED_TOKEN}
    rows = [{"prompt_id": f"p{place}", "context": context} for place, context in enumerate(contexts)]
    return pd.DataFrame([described | tokens | row for row in rows])


def write_neuron(mlp, index, *, gate, up, to, size):
    """Plant down(relu(gate state) * (up state)) for coordinates gate, up and to of the normed state."""
    mlp.gate_proj.weight[index, gate] = 1.0
    mlp.up_proj.weight[index, up] = 1.0
    mlp.down_proj.weight[to, index] = size


@pytest.fixture
def plant(make_model, save_model, measure, effects_of):
    """Return a function from what to plant in the tuned late stack to the effects of the pair."""

    @torch.no_grad()
    def empty(*, tuned_upstream, head):
        model = make_model("llama", hidden_act="relu", rms_norm_eps=0.0)
        for module in model.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                module.weight.zero_()
        model.model.embed_tokens.weight[:, :2] = torch.tensor([4.0, -3.0])
        if tuned_upstream:
            write_neuron(model.model.layers[0].mlp, 0, gate=0, up=0, to=1, size=6 / N0**2)
        for coordinate, size in head.items():
            model.lm_head.weight[TUNED_TOKEN, coordinate] = size / 2
            model.lm_head.weight[BASE_TOKEN, coordinate] = -size / 2
        return model

    def run(change, *, head):
        base, tuned = (empty(tuned_upstream=turned, head=head) for turned in (False, True))
        with torch.no_grad():
            change(tuned.model.layers[4])
        folders = {"base": save_model(base), "tuned": save_model(tuned)}
        cells = measure(folders, events_of([[0], [0, 5, 9], [7, 7]]), 3)
        return effects_of(cells)

    return run


def assert_all(values, expected):
    assert values.tolist() == pytest.approx([expected] * len(values), abs=1e-5)


def test_a_gate_that_opens_for_the_tuned_upstream_only(plant):
    def gate(block):
        write_neuron(block.mlp, 0, gate=1, up=0, to=2, size=M / (N0 * N1))

    effects = plant(gate, head={2: 2.0})
    assert_all(effects["matched"], 2 * M)
    assert_all(effects["interaction"], 2 * M)
    assert not effects["portable"].any()


def test_a_gate_beside_portable_and_upstream_effects(plant):
    gated, always, from_upstream = 0.25, 0.125, 0.5

    def both(block):
        write_neuron(block.mlp, 0, gate=1, up=0, to=2, size=gated)
        write_neuron(block.mlp, 1, gate=0, up=0, to=2, size=always)

    def by_hand(upstream, late):
        sign = 1 if upstream == "tuned" else -1
        written = (always * N0**2 + gated * max(0, sign * N1) * N0) if late == "tuned" else 0.0
        return (2.0 * written + from_upstream * sign * 3) / math.sqrt((25 + written**2) / 32)

    effects = plant(both, head={2: 2.0, 1: from_upstream})
    portable, matched = (by_hand(side, "tuned") - by_hand(side, "base") for side in ("base", "tuned"))
    assert_all(effects["portable"], portable)
    assert_all(effects["matched"], matched)
    assert_all(effects["interaction"], matched - portable)
    assert_all(effects["native_shift"], by_hand("tuned", "tuned") - by_hand("base", "base"))
    assert abs(matched - portable) > 0.5


def test_a_late_stack_linear_in_what_the_upstreams_disagree_on(plant):
    def linear(block):
        block.self_attn.v_proj.weight[0, 1] = 1.0
        block.self_attn.o_proj.weight[2, 0] = M / N1

    effects = plant(linear, head={2: 2.0})
    assert_all(effects["portable"], -2 * M)
    assert_all(effects["matched"], 2 * M)
    assert_all(effects["interaction"], 4 * M)


def test_a_late_stack_linear_in_what_the_upstreams_agree_on(plant):
    def linear(block):
        block.self_attn.v_proj.weight[0, 0] = 1.0
        block.self_attn.o_proj.weight[2, 0] = M / N0

    effects = plant(linear, head={2: 2.0})
    assert_all(effects["portable"], 2 * M)
    assert_all(effects["matched"], 2 * M)
    assert_all(effects["interaction"], 0.0)
