"""A second route to moved margins: hooks on whole models, one event at a time, and components by numpy."""

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import AutoModelForCausalLM

from crosspatch.experiments.closure.names import FLIPPED, FULL, MEAN

BOUNDARY = 3
SIDES = ("base", "tuned")


def stack_of(model):
    return model.model


def entering(model, context):
    """What enters the boundary block at every position in a full forward pass, in float64."""
    seen = []
    handle = stack_of(model).layers[BOUNDARY].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    model(input_ids=torch.tensor(context)[None], use_cache=False)
    handle.remove()
    return seen[0][0].numpy().astype(np.float64)


def margin(model, event, state):
    """The margin after a full forward pass in which `state` takes the place of what enters the boundary block."""
    replaced = torch.tensor(state[np.newaxis], dtype=torch.float32)
    block = stack_of(model).layers[BOUNDARY]
    handle = block.register_forward_pre_hook(lambda _, given: (replaced, *given[1:]))
    logits = model(input_ids=torch.tensor(event.context)[None], use_cache=False).logits[0, -1]
    handle.remove()
    return (logits[int(event.tuned_token)] - logits[int(event.base_token)]).item()


@torch.no_grad()
def by_hooks(models, fitted, held_out):
    ends = [[entering(models[side], context)[-1] for context in fitted["context"]] for side in SIDES]
    differences = np.array(ends[1]) - np.array(ends[0])
    mean = differences.mean(axis=0)
    axes = np.linalg.svd(differences - mean)[2]
    for event in held_out.itertuples():
        base, tuned = (entering(models[side], event.context) for side in SIDES)
        own = tuned - base
        arms = {FULL: own[-1], FLIPPED: -own[-1], MEAN: mean}
        arms["1 direction"] = mean + ((own[-1] - mean) @ axes[0]) * axes[0]
        arms["2 directions"] = arms["1 direction"] + ((own[-1] - mean) @ axes[1]) * axes[1]
        for arm, added in arms.items():
            state = np.concatenate([base[:-1], [base[-1] + added]])
            yield {"prompt_id": event.prompt_id, "arm": arm, "margin": margin(models["tuned"], event, state)}
        everywhere = base + mean + (own - mean) @ axes[:2].T @ axes[:2]
        moved = {"base upstream": base, "tuned upstream": tuned, "2 directions, all positions": everywhere}
        for arm, state in moved.items():
            yield {"prompt_id": event.prompt_id, "arm": arm, "margin": margin(models["tuned"], event, state)}


@pytest.mark.parametrize("architecture", ["llama", "qwen3", "olmo2", "mistral"])
def test_margins_agree_to_float32_rounding(architecture, make_pair, prepare, measure_moved):
    study = prepare(make_pair(architecture))
    models = {side: AutoModelForCausalLM.from_pretrained(study.pair.folders[side]).eval() for side in SIDES}
    keys = ["prompt_id", "arm"]
    expected = pd.DataFrame(by_hooks(models, study.fitted, study.held_out)).set_index(keys)["margin"]
    found = measure_moved(study, BOUNDARY).set_index(keys).loc[expected.index]
    np.testing.assert_allclose(found["margin_float32"], expected, atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(found["margin_checkpoint"], expected, atol=1e-4, rtol=1e-4)
    assert expected.groupby("arm").mean().round(3).nunique() == 8
