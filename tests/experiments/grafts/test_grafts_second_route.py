"""Readings of grafts against the published way: plain hooks, cached decoding step by step, one block at a time."""

import numpy as np
import pytest
import torch
from scipy.stats import entropy
from transformers import DynamicCache

from crosspatch.experiments.grafts.arms import grafts
from crosspatch.models.grafts import mlps_of
from crosspatch.records.grafts import NO_GRAFT

WINDOWS = {NO_GRAFT: (), "late": (2,), "two": (0, 2)}


@torch.no_grad()
def decoded(model, donor, window, prompt, forced):
    """Chances [step, block, lens, token] before the mask, in float64, as logits; states decoded with a cache."""
    layers, cache, seen = model.model.layers, DynamicCache(), [[] for _ in model.model.layers]
    handles = [
        layers[index].mlp.register_forward_hook(
            lambda _, given, __, index=index: donor.model.layers[index].mlp(given[0])
        )
        for index in window
    ]
    handles += [
        layer.register_forward_hook(lambda _, __, out, index=index: seen[index].append(out[0, -1]))
        for index, layer in enumerate(layers)
    ]
    for tokens in [prompt, *([token] for token in forced[:-1])]:
        model(input_ids=torch.tensor([[*map(int, tokens)]]), past_key_values=cache, use_cache=True)
    for handle in handles:
        handle.remove()
    return [torch.stack(states) for states in seen]


def logits_of(party, state, lens, block):
    model, maps = party.model, party.read.lens
    if lens == "tuned":
        state = state + state @ maps.weight[block].T + maps.bias[block]
    logits = model.lm_head(model.model.norm(state))
    cap = getattr(model.config, "final_logit_softcapping", None)
    return (logits if cap is None else cap * torch.tanh(logits / cap)).detach().double()


def chances(party, state, lens, block, real):
    logits = logits_of(party, state, lens, block)
    width = len(real)
    return torch.softmax(logits[..., :width].masked_fill(~real, -torch.inf), -1).numpy()


def js(left, right):
    mixed = (left + right) / 2
    return (entropy(left, mixed, axis=-1) + entropy(right, mixed, axis=-1)) / 2


def test_grafts_are_those_of_cached_decoding_with_hooks(parties, histories, read):
    host, other = parties.host, parties.other
    arms = grafts({name: blocks for name, blocks in WINDOWS.items() if blocks}, mlps_of(other.model))
    found = {
        kind: table.set_index(["prompt_id", "arm"]).sort_index()
        for kind, table in read(parties, histories, arms).items()
    }
    own_real, other_real = host.read.readout.real, other.read.readout.real
    both = own_real & other_real
    last = len(host.model.model.layers) - 1
    for row in histories.itertuples():
        passes = {
            arm: decoded(host.model, other.model, blocks, row.raw_prompt, row.forced) for arm, blocks in WINDOWS.items()
        }
        others = decoded(other.model, None, (), row.chat_prompt, row.forced)
        other_end = chances(other, others[last], "raw", last, other_real)
        host_end = chances(host, passes[NO_GRAFT][last], "raw", last, own_real)
        for arm, states in passes.items():
            end = chances(host, states[last], "raw", last, own_real)
            forced = [*map(int, row.forced)]
            steps = np.arange(len(forced))
            ranks = 1 + (end > end[steps, forced][:, None]).sum(-1)
            expected = {
                "forced_log_probability": np.log(end[steps, forced]).mean(),
                "forced_rank": ranks.mean(),
                "agrees_with_host": (end.argmax(-1) == host_end.argmax(-1)).mean(),
                "agrees_with_other": (end.argmax(-1) == other_end.argmax(-1)).mean(),
            }
            chosen = found["choices"].loc[row.prompt_id, arm]
            for name, value in expected.items():
                assert chosen[name] == pytest.approx(value, abs=1e-4), (row.prompt_id, arm, name)
            for one in found["readings"].loc[[(row.prompt_id, arm)]].itertuples():
                at = (one.lens, one.block)
                said = chances(host, states[one.block], *at, own_real)
                unpatched = chances(host, passes[NO_GRAFT][one.block], *at, own_real)
                ours, theirs = (
                    chances(party, blocks[one.block], *at, both) for party, blocks in ((host, states), (other, others))
                )
                expected = {
                    "kl_to_final": entropy(said, end, axis=-1),
                    "kl_from_final": entropy(end, said, axis=-1),
                    "js_to_final": js(said, end),
                    "entropy": entropy(said, axis=-1),
                    "top_is_final": said.argmax(-1) == end.argmax(-1),
                    "js_to_host": js(said, unpatched),
                    "js_to_other": js(ours, theirs),
                }
                for name, values in expected.items():
                    assert getattr(one, name) == pytest.approx(values.mean(), abs=1e-4), (row.prompt_id, arm, name, at)


def test_what_is_really_added_is_seen_in_post_norm_families_too(make_parties, histories, read):
    """The cosine of the MLP is that of the norm's output there, with the grafted MLP before it."""
    parties = make_parties("olmo2")
    donor, layer = parties.other.model, parties.host.model.model.layers[2]
    found = read(parties, histories, grafts({"late": (2,)}, mlps_of(donor)))["writes"].set_index(["arm", "block"])
    means = []
    for row in histories.itertuples():
        seen = {}
        handles = [
            layer.mlp.register_forward_hook(lambda _, given, __: donor.model.layers[2].mlp(given[0])),
            layer.mlp.register_forward_pre_hook(lambda _, given, seen=seen: seen.update(before=given[0][0])),
            layer.register_forward_hook(lambda _, __, out, seen=seen: seen.update(after=out[0])),
        ]
        with torch.no_grad():
            parties.host.model(input_ids=torch.tensor([[*row.raw_prompt, *row.forced[:-1]]]))
        for handle in handles:
            handle.remove()
        steps = slice(len(row.raw_prompt) - 1, None)
        added = torch.cosine_similarity(seen["after"][steps] - seen["before"][steps], seen["before"][steps], dim=-1)
        means.append(added.mean().item())
    assert found.loc[("late", 2), "delta_cos_mlp"].tolist() == pytest.approx(means, abs=1e-5)
