"""What tells one row of an estimate or of a test from another."""

from typing import Any, Final

import numpy as np

BALANCED: Final = "balanced"
"""Scope of the mean over pairs."""
POOLED: Final = "pooled"
"""Scope: all prompts of the balanced pairs in one heap, as some tables of arXiv 2605.07284 report shares."""


def keys_of(
    scope: str, arms: tuple[str, ...], views: tuple[tuple[str, str], ...], effects: tuple[str, ...]
) -> dict[str, Any]:
    """Return the key columns of one row per arm, view and effect, the effect changing fastest."""
    n_views, n_effects = len(views), len(effects)
    readouts, precisions = (np.repeat(words, n_effects) for words in zip(*views, strict=True))
    return {
        "effect": np.tile(effects, len(arms) * n_views),
        "scope": scope,
        "arm": np.repeat(arms, n_views * n_effects),
        "readout": np.tile(readouts, len(arms)),
        "precision": np.tile(precisions, len(arms)),
    }
