"""How the arms of controls are called."""

import re
from typing import Final

REFERENCE: Final = "first divergence"
"""Arm of the pair's own cells, to which the other arms are compared."""
ALL_DRAWS: Final = "all draws"
"""Arm of values that are over all random displacements of an event."""
WITHIN_CATEGORIES: Final = "all answers, within categories"
"""Arm in which answers are related with the mean of each prompt category taken away."""
WITHIN_KINDS: Final = "all answers, within kinds of prompts"
"""The same with the mean of each kind of prompts: those of one category that one validator grades."""


def seeded(arm: str, seed: int) -> str:
    """Return what one draw of an arm is called."""
    return f"{arm}, seed {seed}"


def without_seed(arm: str) -> str:
    """Return what is averaged over the seeds of an arm's draws; an arm that is not drawn is itself."""
    return re.sub(r", seed \d+$", "", arm)


def less(one: str, other: str) -> str:
    """Return what the difference of two arms is called."""
    return f"{one} less {other}"


def interpolation_arm(share: float) -> str:
    """Return the name of the arm of a tuned share."""
    return f"tuned share {share:g}"
