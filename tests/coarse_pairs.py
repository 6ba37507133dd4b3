"""Pairs in bfloat16, and pairs whose tokens are twins: two and two with one row of unembedding, so every pick ties."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import PreTrainedModel

from crosspatch.models.loading import load_model


@torch.no_grad()
def make_twins(model: PreTrainedModel) -> PreTrainedModel:
    """Give every token of an odd id the unembedding of the token before it, in place."""
    weight = model.get_output_embeddings().weight
    weight[1::2] = weight[:-1:2]
    return model


@pytest.fixture(scope="session")
def convert_pair(make_pair, save_model, find_events, placement) -> Callable[..., Any]:
    """Return a function that makes, once, the pair of an architecture in a dtype, with twins or without."""
    made = {}

    def convert(architecture, *, dtype="bfloat16", twins=False):
        key = (architecture, dtype, twins)
        if key not in made:
            pair, folders = make_pair(architecture), {}
            for side, folder in pair.folders.items():
                model = load_model(folder, placement).to(getattr(torch, dtype))
                folders[side] = save_model(make_twins(model) if twins else model, f"{architecture}_{dtype}_{side}")
            rollouts, events = find_events(pair.name, folders)
            made[key] = replace(pair, folders=folders, rollouts=rollouts, events=events, dtype=dtype)
        return made[key]

    return convert
