"""Readings against the plain way: a transformers forward with its hidden states, then norm and unembedding by block."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.stats import entropy

# The submodule of a block whose input is the residual stream that the MLP adds to.
ENTRY = {"olmo2": "mlp", "gemma3_text": "pre_feedforward_layernorm"}


@torch.no_grad()
def plain(model, lens, prompt, forced):
    """Probabilities [lens, block, step, token] in float64, and states by block as [step, d_model] in float32."""
    tokens = torch.tensor([[*prompt, *forced[:-1]]])
    entered = {}
    entry = ENTRY.get(model.config.model_type, "post_attention_layernorm")
    handles = [
        layer.get_submodule(entry).register_forward_pre_hook(lambda _, given, i=i: entered.update({i: given[0]}))
        for i, layer in enumerate(model.model.layers)
    ]
    last = []
    handles.append(model.model.norm.register_forward_pre_hook(lambda _, given: last.append(given[0])))
    out = model(input_ids=tokens, output_hidden_states=True, use_cache=False)
    for handle in handles:
        handle.remove()
    states = [*out.hidden_states[:-1], last[0]]  # the library's own last one has passed the norm already
    states = [state[0, len(prompt) - 1 :] for state in states]
    reached = [entered[i][0, len(prompt) - 1 :].float() for i in range(len(model.model.layers))]
    read = {"raw": states[1:], "tuned": []}
    for block, state in enumerate(states[1:]):
        moved = state.float() + state.float() @ lens.weight[block].T + lens.bias[block]
        read["tuned"].append(moved.to(state.dtype))
    cap = getattr(model.config, "final_logit_softcapping", None)
    chances = {}
    for name, ones in read.items():
        logits = torch.stack([model.lm_head(model.model.norm(one)) for one in ones])
        logits = (logits if cap is None else cap * torch.tanh(logits / cap)).double()
        logits[..., 140:] = -torch.inf
        chances[name] = torch.softmax(logits, -1).numpy()
    own = out.logits[0, len(prompt) - 1 :].double()
    own[..., 140:] = -torch.inf
    return chances, torch.softmax(own, -1).numpy(), [state.float() for state in states], reached


def js(left, right):
    mixed = (left + right) / 2
    return (entropy(left, mixed) + entropy(right, mixed)) / 2


def cosine(left, right):
    return (left * right).sum(-1) / left.norm(dim=-1) / right.norm(dim=-1)


@pytest.mark.parametrize("mode", ["raw", "chat"])
def test_readings_are_those_of_hidden_states(reader, histories, read, make_lens, mode):
    lens = make_lens(reader)
    readings, writes = read(reader, histories, lens=lens, mode=mode)
    near = 1e-4 if next(reader.parameters()).dtype == torch.float32 else 0.1
    for row in histories.itertuples():
        chances, final, states, reached = plain(reader, lens, getattr(row, f"{mode}_prompt"), row.forced)
        own = readings[readings["prompt_id"] == row.prompt_id]
        for found in own.itertuples():
            said, last = chances[found.lens][found.block, found.step], final[found.step]
            expected = {
                "kl_to_final": entropy(said, last),
                "kl_from_final": entropy(last, said),
                "js_to_final": js(said, last),
                "entropy": entropy(said),
                "top_log_probability": np.log(said.max()),
                "top_margin": np.diff(np.sort(np.log(said[:140])))[-1],
                "forced_log_probability": np.log(said[row.forced[found.step]]),
            }
            if found.block + 1 < len(states) - 1:
                later = chances[found.lens][found.block + 1, found.step]
                expected |= {"kl_to_next": entropy(said, later), "kl_from_next": entropy(later, said)}
                expected |= {"js_to_next": js(said, later)}
            for name, value in expected.items():
                assert getattr(found, name) == pytest.approx(value, abs=near, rel=near), (name, found)
            if near < 0.01:
                order = np.argsort(-said, kind="stable")
                assert found.top_five.tolist() == order[:5].tolist()
                assert found.top_token == order[0]
                assert found.forced_rank == 1 + order.tolist().index(row.forced[found.step])
        moved = writes[writes["prompt_id"] == row.prompt_id]
        for block, (before, after) in enumerate(pairwise(states)):
            found = moved[moved["block"] == block]
            for name, value in (
                ("delta_cos_block", cosine(after - before, before)),
                ("delta_cos_mlp", cosine(after - reached[block], reached[block])),
            ):
                assert found[name].tolist() == pytest.approx(value.tolist(), abs=near / 3)
