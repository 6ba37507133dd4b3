"""How the arms of controls are called."""

from typing import Final

REFERENCE: Final = "first divergence"
"""Arm of the pair's own cells, to which the other arms are compared."""
ALL_DRAWS: Final = "all draws"
"""Arm of values that are over all random displacements of an event."""
WITHIN_CATEGORIES: Final = "all answers, within categories"
"""Arm in which answers are related with the mean of each prompt category taken away."""
WITHIN_KINDS: Final = "all answers, within kinds of prompts"
"""The same with the mean of each kind of prompts: those of one category that one validator grades."""


def interpolation_arm(share: float) -> str:
    """Return the name of the arm of a tuned share."""
    return f"tuned share {share:g}"
