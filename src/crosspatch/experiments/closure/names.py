"""How the arms of the control closure are called: where the stack is cut, and what base states are moved by."""

from typing import Final

REGISTERED: Final = "registered"
"""Place of the arms at the boundary that the config gives the pair."""
BASE_STATE: Final = "base upstream"
TUNED_STATE: Final = "tuned upstream"
"""Nothing moved, and everything: the margins that a closure is between."""
FULL: Final = "full difference"
MEAN: Final = "mean difference"
FLIPPED: Final = "full difference, sign flipped"
OTHER_EVENT: Final = "another event's difference"
OTHER_DESCENDANT: Final = "another descendant's difference"
RANDOM: Final = "random direction"
IN_SPAN: Final = "random direction in the span"
GAUSSIAN: Final = "Gaussian direction"
DRAWN: Final = (RANDOM, IN_SPAN, GAUSSIAN)
"""Measured with several seeds, over which an arm is averaged."""
ALL_POSITIONS: Final = ", all positions"


def of_directions(count: int) -> str:
    """Return the name of the difference projected on `count` directions."""
    return f"{count} direction{'s' if count > 1 else ''}"


def place_of(boundary: int) -> str:
    """Return the name of a boundary as a place of arms."""
    return f"boundary {boundary}"


def at(place: str, name: str) -> str:
    """Return the name of an arm."""
    return f"{place}, {name}"
