"""What arms and quantities of free running are called."""

from typing import Final

from crosspatch.records.arms import less
from crosspatch.records.grafts import BY_HISTORY, EARLY, LATE, MIDDLE, controlled

WINDOWS: Final = (EARLY, MIDDLE, LATE)
OTHER_CHECKPOINT: Final = "other checkpoint"
"""Arm of what the other checkpoint writes by itself."""
RANDOM_LATE: Final = controlled(LATE, BY_HISTORY)
CONTRASTS: Final = {
    less(LATE, MIDDLE): (LATE, MIDDLE),
    less(LATE, EARLY): (LATE, EARLY),
    less(LATE, BY_HISTORY): (LATE, RANDOM_LATE),
}
"""Differences of two arms, by their names."""


def both_stopped(arm: str) -> str:
    """Return what an arm is called over the prompts at which it and its host stop by themselves."""
    return f"{arm}, both stopped"


def own_level(window: str) -> str:
    """Return what a window is called whose quantities are not less the host's."""
    return f"{window}, own level"


def passed_in(category: str) -> str:
    """Return what the share of texts that pass is called among prompts of a category."""
    return f"passed in {category}"


def of_way(quantity: str) -> str:
    """Return what the other checkpoint's quantity less the host's is called."""
    return f"way_{quantity}"
