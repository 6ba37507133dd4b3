"""Where two greedy continuations part."""

from collections.abc import Sequence


def first_difference(left: Sequence[int], right: Sequence[int]) -> int | None:
    """Return the first position at which both sequences have a token and the tokens differ, else None."""
    for position, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return position
    return None
