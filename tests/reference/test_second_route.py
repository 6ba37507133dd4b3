"""The cells by two other routes that share nothing with the engine but the weights: plain hooks, and nnsight.

Each event is four full forward passes of batch one, in which the whole tensor entering the boundary block is replaced.
"""

import numpy as np
import pandas as pd
import pytest
import torch
from nnsight import NNsight
from transformers import AutoModelForCausalLM

from crosspatch.experiments.selection import select_local_disagreements

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
            logits = {
                name: models[side].lm_head(stack_of(models[side]).norm(last)) for name, side in READOUTS.items()
            } | {"native": native}
            distance = (states[upstream] - states[late]).abs().max().item()
            for name, values in logits.items():
                where = {"prompt_id": event.prompt_id, "upstream": upstream, "late": late, "readout": name}
                yield where | described(values[0, -1], event) | {"donor_distance": distance}


def described(logits, event):
    base, tuned = (logits[int(token)].item() for token in (event.base_token, event.tuned_token))
    probabilities = logits.softmax(-1)
    return {
        "base_logit": base,
        "tuned_logit": tuned,
        "margin_checkpoint": tuned - base,
        "margin_float32": tuned - base,
        "base_log_probability": probabilities[int(event.base_token)].log().item(),
        "tuned_log_probability": probabilities[int(event.tuned_token)].log().item(),
        "entropy": -(probabilities * probabilities.log()).sum().item(),
        "top_token": int(logits.argmax()),
        "base_rank": int((logits > base).sum()) + 1,
        "tuned_rank": int((logits > tuned).sum()) + 1,
    }


@pytest.mark.parametrize(("route", "n_events"), [(Hooks, 12), (Traces, 3)])
def test_cells_agree_to_float32_rounding(pair, measure, route, n_events):
    events = pair.usable.sort_values("step", ascending=False).head(n_events)
    models = {side: AutoModelForCausalLM.from_pretrained(pair.folders[side]).eval() for side in SIDES}
    rows = [row for event in events.itertuples() for row in four_forwards(route, models, event, pair.boundary)]
    key = ["prompt_id", "upstream", "late", "readout"]
    expected = pd.DataFrame(rows).set_index(key).sort_index()
    cells = measure(pair.folders, events, pair.boundary).set_index(key).sort_index()

    assert cells.index.equals(expected.index)
    assert len(cells) == 12 * len(events)
    numbers = ["base_logit", "tuned_logit", "margin_checkpoint", "margin_float32", "entropy", "donor_distance"]
    for column in [*numbers, "base_log_probability", "tuned_log_probability"]:
        np.testing.assert_allclose(cells[column], expected[column], atol=2e-5, rtol=1e-5, err_msg=column)
    for column in ("top_token", "base_rank", "tuned_rank"):
        assert cells[column].tolist() == expected[column].tolist(), column
    assert cells["margin_float32"].groupby(key[1:3]).mean().nunique() == 4
    assert cells["consistent"].all()


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
