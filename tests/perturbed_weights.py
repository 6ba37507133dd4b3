"""Weights moved by noise, which makes a tuned checkpoint of a base."""

import torch
from transformers import PreTrainedModel


@torch.no_grad()
def perturbed(model: PreTrainedModel, *, seed: int, share: float) -> PreTrainedModel:
    """Add noise to every weight of `model`, in place, with `share` of the weight's own size (0.1 where it is zero)."""
    generator = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        size = weight.square().mean().sqrt().clamp(min=0.1)
        weight.add_(share * size * torch.randn(weight.shape, generator=generator))
    return model
