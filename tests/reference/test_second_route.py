"""The cells by two other routes that share nothing with the engine but the weights: plain hooks, and nnsight.

Each event is four full forward passes of batch one, in which the whole tensor entering the boundary block is replaced.
"""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from nnsight import NNsight
from transformers import AutoModelForCausalLM

from crosspatch.experiments.selection.local_disagreements import select_local_disagreements

SIDES = ("base", "tuned")
READOUTS = {"common_base": "base", "common_tuned": "tuned"}


def stack_of(model):
    return model.model.language_model if hasattr(model.model, "language_model") else model.model


class Hooks:
    """Forward passes with torch's own hooks."""

    @staticmethod
    def state(model, tokens, boundary):
        seen = []
        handle = stack_of(model).layers[boundary].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
        model(input_ids=tokens, use_cache=False)
        handle.remove()
        return seen[0]

    @staticmethod
    def patched(model, tokens, boundary, state):
        seen, layers = [], stack_of(model).layers
        handles = [
            layers[boundary].register_forward_pre_hook(lambda _, given: (state, *given[1:])),
            layers[-1].register_forward_hook(lambda *given: seen.append(given[-1])),
        ]
        logits = model(input_ids=tokens, use_cache=False).logits
        for handle in handles:
            handle.remove()
        return seen[0], logits


class Traces:
    """Forward passes traced by nnsight."""

    @staticmethod
    def state(model, tokens, boundary):
        traced = NNsight(model)
        with traced.trace(input_ids=tokens, use_cache=False):
            state = stack_of(traced).layers[boundary].input.save()
        return state  # noqa: RET504 - nnsight runs the block above when it is left

    @staticmethod
    def patched(model, tokens, boundary, state):
        traced = NNsight(model)
        with traced.trace(input_ids=tokens, use_cache=False):
            stack_of(traced).layers[boundary].input = state
            last = stack_of(traced).layers[-1].output.save()
            logits = traced.lm_head.output.save()
        return last, logits


@torch.no_grad()
def four_forwards(route, models, event, boundary):
    """Yield what the cells table should hold for one event, computed from logits at the last position."""
    tokens = torch.tensor(event.context)[None]
    states = {side: route.state(models[side], tokens, boundary) for side in SIDES}
    for upstream in SIDES:
        for late in SIDES:
            last, native = route.patched(models[late], tokens, boundary, states[upstream])
            readers = READOUTS | {"native": late}
            logits = {
                name: models[side].lm_head(stack_of(models[side]).norm(last)) for name, side in READOUTS.items()
            } | {"native": native}
            distance = (states[upstream].float() - states[late].float()).abs().max().item()
            for name, values in logits.items():
                where = {"prompt_id": event.prompt_id, "upstream": upstream, "late": late, "readout": name}
                precise = {"margin_float32": margin_float32(models[readers[name]], last[0, -1], event)}
                yield where | described(values[0, -1].float(), event) | precise | {"donor_distance": distance}


def margin_float32(model, state, event):
    norm, rows = copy.deepcopy(stack_of(model).norm).float(), model.lm_head.weight.float()
    return float((rows[int(event.tuned_token)] - rows[int(event.base_token)]) @ norm(state.float()))


def described(logits, event):
    base, tuned = (logits[int(token)].item() for token in (event.base_token, event.tuned_token))
    probabilities, order = logits.softmax(-1), logits.argsort(descending=True, stable=True).tolist()
    return {
        "base_logit": base,
        "tuned_logit": tuned,
        "margin_checkpoint": tuned - base,
        "base_log_probability": probabilities[int(event.base_token)].log().item(),
        "tuned_log_probability": probabilities[int(event.tuned_token)].log().item(),
        "entropy": -(probabilities * probabilities.log()).sum().item(),
        "top_token": order[0],
        "lead": float(logits[order[0]] - logits[order[1]]),
        "base_rank": order.index(int(event.base_token)) + 1,
        "tuned_rank": order.index(int(event.tuned_token)) + 1,
    }


KEY = ["prompt_id", "upstream", "late", "readout"]
LOGITS = ("base_logit", "tuned_logit", "margin_checkpoint", "margin_float32")
NUMBERS = (*LOGITS, "entropy", "donor_distance", "base_log_probability", "tuned_log_probability")


def both_routes(pair, measure, route, events):
    models = {side: AutoModelForCausalLM.from_pretrained(pair.folders[side]).eval() for side in SIDES}
    rows = [row for event in events.itertuples() for row in four_forwards(route, models, event, pair.boundary)]
    expected = pd.DataFrame(rows).set_index(KEY).sort_index()
    cells = measure(pair.folders, events, pair.boundary).set_index(KEY).sort_index()
    assert cells.index.equals(expected.index)
    assert len(cells) == 12 * len(events)
    return cells, expected


@pytest.mark.parametrize(("route", "n_events"), [(Hooks, 12), (Traces, 3)])
def test_cells_agree_to_float32_rounding(pair, measure, route, n_events):
    events = pair.usable.sort_values("step", ascending=False).head(n_events)
    cells, expected = both_routes(pair, measure, route, events)
    for column in NUMBERS:
        np.testing.assert_allclose(cells[column], expected[column], atol=2e-5, rtol=1e-5, err_msg=column)
    for column in ("top_token", "base_rank", "tuned_rank"):
        assert cells[column].tolist() == expected[column].tolist(), column
    assert cells["margin_float32"].groupby(KEY[1:3]).mean().nunique() == 4
    assert cells["consistent"].all()


def test_cells_in_bfloat16_agree_to_its_resolution(convert_pair, measure):
    """Three steps of 1/32, the resolution of logits from 4 to 8; margins read out in float32 share the states."""
    pair = convert_pair("llama")
    cells, expected = both_routes(pair, measure, Hooks, pair.usable)
    for column in NUMBERS:
        np.testing.assert_allclose(cells[column], expected[column], atol=3 / 32, rtol=1 / 64, err_msg=column)
    assert (cells["margin_float32"] - expected["margin_float32"]).abs().median() < 1e-3
    clear = expected["lead"] > 3 / 32
    assert clear.mean() > 0.5
    assert cells.loc[clear, "top_token"].equals(expected.loc[clear, "top_token"])


def test_picks_and_ranks_agree_where_every_token_ties_with_another(convert_pair, measure):
    pair = convert_pair("llama", dtype="float32", twins=True)
    cells, expected = both_routes(pair, measure, Hooks, pair.usable)
    assert not expected["lead"].any()
    for column in ("top_token", "base_rank", "tuned_rank"):
        assert cells[column].tolist() == expected[column].tolist(), column


def test_cells_at_selected_events_agree_to_float32_rounding(pair, walk, measure_selected):
    paths, vocabularies = walk(pair)
    events = select_local_disagreements(pair.events, paths, candidates=8, seed=1, sides=vocabularies)
    some = events[events["usable"]].drop_duplicates("arm")
    models = {side: AutoModelForCausalLM.from_pretrained(pair.folders[side]).eval() for side in SIDES}
    rows = [
        row | {"arm": event.arm}
        for event in some.itertuples()
        for row in four_forwards(Hooks, models, event, pair.boundary)
    ]
    key = ["arm", "prompt_id", "upstream", "late", "readout"]
    expected = pd.DataFrame(rows).set_index(key).sort_index()
    cells = measure_selected(pair, some).set_index(key).sort_index()
    found = cells.loc[cells.index.get_level_values("arm") != "both paths"]
    assert found.index.equals(expected.index)
    assert set(some["arm"]) >= {"base path", "tuned path"}
    for column in ("margin_checkpoint", "margin_float32"):
        np.testing.assert_allclose(found[column], expected[column], atol=2e-5, rtol=1e-5, err_msg=column)
