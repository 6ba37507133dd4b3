"""What is made of margins gained and missing: ratios of single prompts, and how many directions suffice."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from jaxtyping import Float

TINY: Final = 1e-8
"""Missing margins that are no larger have no ratio of their own, as published (logits)."""
ENOUGH: Final = 0.9
"""Share of what the full difference closes."""


def ratios(gained: Float[np.ndarray, " prompt"], missing: Float[np.ndarray, " prompt"]) -> Float[np.ndarray, " prompt"]:
    """Return gained / missing margin of each prompt; missing (NaN) where |missing| <= TINY."""
    known = np.abs(missing) > TINY
    found: Float[np.ndarray, " prompt"] = np.full(len(missing), np.nan)
    np.divide(gained, missing, out=found, where=known)
    return found


def least_count(
    counts: Sequence[int], gained: Float[np.ndarray, "*draw count"], full: Float[np.ndarray, "*draw"]
) -> Float[np.ndarray, "*draw"]:
    """Return the least of `counts` whose mean gain is ENOUGH of the full difference's; infinite if none is.

    counts rise, and nothing is interpolated between them. Missing (NaN) where the full difference gains nothing.
    """
    reached = gained >= ENOUGH * full[..., np.newaxis]
    rising = np.append(np.asarray(counts, dtype=np.float64), np.inf)
    least = rising[np.where(reached.any(axis=-1), reached.argmax(axis=-1), len(counts))]
    found: Float[np.ndarray, "*draw"] = np.where(full > 0, least, np.nan)
    return found
