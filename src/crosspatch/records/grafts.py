"""What arms of exchanged MLPs are called: by the window of blocks, and by what stands there."""

from typing import Final

NO_GRAFT: Final = "no graft"
"""The host as it is."""
EARLY, MIDDLE, LATE = "early", "middle", "late"
BY_HISTORY: Final = "random per history"
"""A change of the size of the donor's in a random direction, which is one for a whole text in each block."""


def controlled(window: str, control: str) -> str:
    """Return what a window is called with the MLPs of a control."""
    return f"{window}, {control}"


def donated(checkpoint: str) -> str:
    """Return the control that takes the MLPs of another checkpoint."""
    return f"MLPs of {checkpoint}"
