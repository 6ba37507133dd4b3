"""Least squares with an intercept of its own for every family, from sums that a bootstrap can draw.

A row is (1, regressors, outcome). All that least squares needs of rows is the sum of their outer products, their Gram
matrix; so a prompt is resampled by adding up the Gram matrices of its rows.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from crosspatch.measures.effects import quotient
from crosspatch.statistics.units import GRID

_ALIKE: Final = 1e-9
"""Share of a regressor's size below which what is left of it counts as rounding."""

Gram = Float[np.ndarray, "... one_regressors_outcome one_regressors_outcome"]


def gram_of(
    rows: Float[np.ndarray, "prompt row view column"], kept: Bool[np.ndarray, "prompt row view"]
) -> Float[np.ndarray, "prompt view one_regressors_outcome one_regressors_outcome"]:
    """Return each prompt's Gram matrix over the rows that are kept, on the grid on which sums are exact.

    Columns are the regressors, then the outcome; the leading 1 is added here.
    """
    whole = np.concatenate([np.ones((*rows.shape[:-1], 1)), rows], axis=-1) * kept[..., np.newaxis]
    products: Float[np.ndarray, "prompt view column column"] = np.einsum("prvi,prvj->pvij", whole, whole)
    return np.round(products / GRID) * GRID


def slopes(families: Sequence[Gram], counted: Sequence[Bool[np.ndarray, "..."]]) -> Float[np.ndarray, "... regressor"]:
    """Return the coefficient of every regressor where families differ by their intercepts only.

    Rows are averaged within a family, so that families weigh alike. A family counts where `counted` says so. Missing
    (NaN) where the rows of the families that count do not determine the coefficients.
    """
    centred = _summed([_centred(gram) for gram in families], counted, 2)
    inner, outcome = centred[..., :-1, :-1], centred[..., :-1, -1:]
    squares = _summed([_second_moments(gram) for gram in families], counted, 1)
    solvable = _determined(inner, squares)[..., np.newaxis]
    safe = np.where(solvable[..., np.newaxis], inner, np.eye(inner.shape[-1]))
    return np.where(solvable, np.linalg.solve(safe, outcome)[..., 0], np.nan)


def intercept(families: Sequence[Gram], counted: Sequence[Bool[np.ndarray, "..."]]) -> Float[np.ndarray, "..."]:
    """Return the outcome where all regressors are 0, averaged over the families' own intercepts."""
    number = np.stack(counted).sum(axis=0, dtype=np.float64)[..., np.newaxis]
    means = quotient(_summed([_means(gram) for gram in families], counted, 1), np.asarray(number))
    return np.asarray(means[..., -1] - (slopes(families, counted) * means[..., :-1]).sum(axis=-1))


def _means(gram: Gram) -> Float[np.ndarray, "... column"]:
    return quotient(gram[..., 0, 1:], gram[..., :1, 0])


def _second_moments(gram: Gram) -> Float[np.ndarray, "... regressor"]:
    squares = np.diagonal(gram, axis1=-2, axis2=-1)
    return quotient(squares[..., 1:-1], gram[..., :1, 0])


def _centred(gram: Gram) -> Float[np.ndarray, "... column column"]:
    means = _means(gram)
    return np.asarray(
        quotient(gram[..., 1:, 1:], gram[..., :1, :1]) - means[..., :, np.newaxis] * means[..., np.newaxis, :]
    )


def _summed(
    parts: Sequence[Float[np.ndarray, "..."]], counted: Sequence[Bool[np.ndarray, "..."]], columns: int
) -> Float[np.ndarray, "..."]:
    """Add up what the families that count have; the last `columns` axes of a part are not those of `counted`."""
    counts = (one.reshape(*one.shape, *[1] * columns) for one in counted)
    total = np.zeros_like(parts[0])
    for part, counting in zip(parts, counts, strict=True):
        total += np.where(counting, part, 0.0)
    return total


def _determined(
    inner: Float[np.ndarray, "... regressor regressor"], squares: Float[np.ndarray, "... regressor"]
) -> Bool[np.ndarray, "..."]:
    """Return where every regressor varies within a family, and not only with the others."""
    variances = np.diagonal(inner, axis1=-2, axis2=-1)
    varies = (variances > _ALIKE * squares).all(axis=-1)
    return np.asarray(varies & (np.linalg.det(inner) > _ALIKE * variances.prod(axis=-1)))
