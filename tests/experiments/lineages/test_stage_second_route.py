"""The nine cells of three stages by full forward passes with plain hooks, one event at a time."""

import copy

import numpy as np
import pandas as pd
import torch
from transformers import AutoModelForCausalLM

COMMON = {"common_tuned": "last", "common_base": "first"}
KEY = ["prompt_id", "upstream", "late", "readout"]


@torch.no_grad()
def forward(model, tokens, given=None):
    """Return what enters block 3, what leaves the last block at the last position; `given` replaces the former."""
    seen, left, blocks = [], [], model.model.layers

    def enter(_, inputs):
        seen.append(inputs[0])
        return None if given is None else (given, *inputs[1:])

    handles = [
        blocks[3].register_forward_pre_hook(enter),
        blocks[-1].register_forward_hook(lambda *own: left.append(own[-1])),
    ]
    model(input_ids=tokens, use_cache=False)
    for handle in handles:
        handle.remove()
    return seen[0], left[0][0, -1]


@torch.no_grad()
def read(model, state, event):
    norm, unembedding = copy.deepcopy(model.model.norm).float(), model.lm_head.weight.float()
    logits = unembedding @ norm(state.float())
    return float(logits[int(event.tuned_token)] - logits[int(event.base_token)]), int(logits.argmax())


def test_cells_agree_to_float32_rounding(line, support, cells):
    models = {name: AutoModelForCausalLM.from_pretrained(folder).eval() for name, folder in line.items()}
    rows = []
    for event in support[support["usable"]].itertuples():
        tokens = torch.tensor([[int(token) for token in event.context]])
        states = {name: forward(model, tokens)[0] for name, model in models.items()}
        for upstream, state in states.items():
            for late, model in models.items():
                last = forward(model, tokens, state)[1]
                for readout, reader in {**COMMON, "native": late}.items():
                    margin, top = read(models[reader], last, event)
                    rows.append((event.prompt_id, upstream, late, readout, margin, top))
    expected = pd.DataFrame(rows, columns=[*KEY, "margin_float32", "top_token"]).set_index(KEY).sort_index()
    found = cells.set_index(KEY).sort_index()
    assert found.index.equals(expected.index)
    assert len(found) == 27 * support["usable"].sum()
    np.testing.assert_allclose(found["margin_float32"], expected["margin_float32"], atol=2e-5, rtol=1e-5)
    assert found["top_token"].tolist() == expected["top_token"].tolist()
