"""Boundary states made of two others, and what describes the size of one (arXiv 2605.07284, appendix C).

All of it is computed in float32 and given back in the dtype of the states, as the late blocks expect it. Lengths are
norms, never a tensor's square root, whose last digit hangs on the processor (docs/determinism.md).
"""

import math
from collections.abc import Mapping
from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

States = Mapping[str, Float[Tensor, "token d_model"]]
"""Boundary states by prompt id."""
SIZES: Final = ("RMS", "last RMS", "standard deviation", "last standard deviation")
"""What `sizes` returns: over all positions and dimensions, then over the dimensions of the last position."""


def interpolated(
    base: Float[Tensor, "token d_model"], tuned: Float[Tensor, "token d_model"], share: float
) -> Float[Tensor, "token d_model"]:
    """Return (1 - share) base + share tuned; share 0 is the base state and share 1 the tuned one, exactly."""
    return ((1 - share) * base.float() + share * tuned.float()).to(base.dtype)


def permuted_displacement(
    base: Float[Tensor, "token d_model"],
    tuned: Float[Tensor, "token d_model"],
    order: Int[Tensor, " d_model"],
    signs: Float[Tensor, " d_model"],
) -> Float[Tensor, "token d_model"]:
    """Return base + signs * (tuned - base)[order]: as far from the base state as the tuned one at every position.

    order is a permutation of the dimensions and signs are 1 or -1, one for each; all positions share them.
    """
    displacement = tuned.float() - base.float()
    return (base.float() + signs * displacement[:, order]).to(base.dtype)


def turned_displacement(
    base: Float[Tensor, "token d_model"],
    tuned: Float[Tensor, "token d_model"],
    order: Int[Tensor, " d_model"],
    signs: Float[Tensor, " d_model"],
) -> Float[Tensor, "token d_model"]:
    """Return a state as far from the base state as the tuned one and of the tuned state's norm, at every position.

    The displacement keeps its part along the base state; the part across it, dimensions permuted by `order` and
    multiplied by `signs`, is put across the base state again at its own size. Zero where it has no such part.
    """
    start, displacement = base.float(), tuned.float() - base.float()
    along = nn.functional.normalize(start, dim=-1)
    across = displacement - _part(displacement, along)
    turned = signs * across[:, order]
    turned = nn.functional.normalize(turned - _part(turned, along), dim=-1) * across.norm(dim=-1, keepdim=True)
    state: Tensor = start + _part(displacement, along) + turned
    return state.to(base.dtype)


def rescaled(
    state: Float[Tensor, "token d_model"], host: Float[Tensor, "token d_model"]
) -> Float[Tensor, "token d_model"]:
    """Return `state` with the RMS of `host` at every position; not finite where `state` is all zeros."""
    return (state.float() * (_norms(host) / _norms(state))).to(state.dtype)


def sizes(state: Float[Tensor, "token d_model"]) -> Float[Tensor, "4"]:
    """Return the SIZES of one state, in float64."""
    whole = state.double()
    parts = (whole, whole[-1])
    return torch.stack([*(_size(part) for part in parts), *(part.std(correction=0) for part in parts)])


def _size(part: Float[Tensor, "*any"]) -> Float[Tensor, ""]:
    size: Tensor = torch.linalg.vector_norm(part) / math.sqrt(part.numel())
    return size


def _part(
    state: Float[Tensor, "token d_model"], along: Float[Tensor, "token d_model"]
) -> Float[Tensor, "token d_model"]:
    """Return the part of a state along unit vectors."""
    return (state * along).sum(-1, keepdim=True) * along


def _norms(state: Float[Tensor, "token d_model"]) -> Float[Tensor, "token 1"]:
    norms: Tensor = torch.linalg.vector_norm(state.float(), dim=-1, keepdim=True)
    return norms
