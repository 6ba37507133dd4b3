"""How a quantity of single events follows a dose: slopes, order, rank correlation (protocol 4.4)."""

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats


def slopes(
    doses: Float[np.ndarray, " dose"], values: Float[np.ndarray, "dose event view"]
) -> Float[np.ndarray, "event view"]:
    """Return the least-squares slope of the values over the doses."""
    centred = doses - doses.mean()
    slope: Float[np.ndarray, "event view"] = np.tensordot(centred / (centred @ centred), values, axes=1)
    return slope


def never_falls(values: Float[np.ndarray, "dose event view"]) -> Bool[np.ndarray, "event view"]:
    """Return whether no value is below that of the dose before it."""
    rising: Bool[np.ndarray, "event view"] = np.diff(values, axis=0).min(axis=0) >= 0
    return rising


def rank_correlations(values: Float[np.ndarray, "dose event view"]) -> Float[np.ndarray, "event view"]:
    """Return Spearman's correlation of the values with rising doses; 0 where all values are the same."""
    ranks = stats.rankdata(values, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    doses = np.arange(len(values)) - (len(values) - 1) / 2
    scale = np.sqrt((doses @ doses) * (ranks**2).sum(axis=0))
    together = np.tensordot(doses, ranks, axes=1)
    correlations: Float[np.ndarray, "event view"] = np.zeros_like(together)
    np.divide(together, scale, out=correlations, where=scale > 0)
    return correlations
