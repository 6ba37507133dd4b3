"""Directions in which the boundary states of two checkpoints differ: principal components of their differences.

Everything is float64: differences of float32 states are then exact, and so is what is added back.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Directions:
    """Mean of some differences, and orthonormal directions around it by falling variance, as many as their rank."""

    mean: Float[Tensor, " d_model"]
    axes: Float[Tensor, "axis d_model"]

    @property
    def rank(self) -> int:
        """Number of directions that there are."""
        return len(self.axes)

    def used(self, count: int) -> int:
        """Return how many directions a projection on `count` of them has: no more than there are."""
        return min(count, self.rank)

    def projected(self, differences: Float[Tensor, "*row d_model"], count: int) -> Float[Tensor, "*row d_model"]:
        """Return the mean and what of differences - mean lies in the first `count` directions, or in all there are."""
        first = self.axes[:count]
        return self.mean + (differences - self.mean) @ first.T @ first


def fit_directions(differences: Float[Tensor, "event d_model"]) -> Directions:
    """Return the directions of differences, in float64 (arXiv 2605.07284, table E.7: SVD without the mean).

    A direction counts if its singular value is above what rounding leaves, as numpy's rank does.
    """
    rows = differences.double()
    mean = rows.mean(0)
    _, sizes, axes = torch.linalg.svd(rows - mean, full_matrices=False)
    known = sizes > sizes.max() * max(rows.shape) * torch.finfo(torch.float64).eps
    return Directions(mean, axes[known])


def of_norm(direction: Float[Tensor, " d_model"], norm: Float[Tensor, ""]) -> Float[Tensor, " d_model"]:
    """Return a direction at a given norm; zeros stay zeros."""
    scaled: Tensor = torch.nn.functional.normalize(direction, dim=0) * norm
    return scaled
