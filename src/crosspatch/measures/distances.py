"""How far apart two states of the residual stream are, in ways that do not depend on their unit."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize


def relative_distance(
    left: Float[Tensor, "*position d_model"], right: Float[Tensor, "*position d_model"]
) -> Float[Tensor, "*position"]:
    """Return |right - left| / ((|left| + |right|) / 2), from 0 (equal) to 2 (opposite); 0 between two zeros."""
    left, right = left.double(), right.double()
    size = (left.norm(dim=-1) + right.norm(dim=-1)) / 2
    apart: Tensor = (right - left).norm(dim=-1)
    return apart / torch.where(size > 0, size, 1.0)


def cosine_distance(
    left: Float[Tensor, "*position d_model"], right: Float[Tensor, "*position d_model"]
) -> Float[Tensor, "*position"]:
    """Return 1 - cos(left, right), from 0 (one direction) to 2 (opposite).

    Half the squared distance of the unit vectors, which is exactly 0 where the states are equal.
    """
    return (normalize(right.double(), dim=-1) - normalize(left.double(), dim=-1)).square().sum(-1) / 2
