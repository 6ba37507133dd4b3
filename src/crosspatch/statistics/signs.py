"""The exact sign test."""

import numpy as np
from jaxtyping import Float
from scipy import stats


def sign_test(values: Float[np.ndarray, " unit"]) -> tuple[float, float]:
    """Return the share of positive values and the exact two-sided p-value; missing without values. No value is zero."""
    if not len(values):
        return np.nan, np.nan
    positive = int((values > 0).sum())
    return positive / len(values), float(stats.binomtest(positive, len(values)).pvalue)
