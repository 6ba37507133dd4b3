"""What is scored, and what the arms of continuations are called."""

import re
from collections.abc import Iterable
from typing import Final

from crosspatch.records.sides import BASE, TUNED

FORCED, SHUFFLED = "forced", "shuffled"
CANDIDATES: Final = (TUNED, BASE, FORCED, SHUFFLED)
"""What the tuned and the base checkpoint wrote; the tuned token with what the base writes after it, and with another
prompt's tail.
"""
TAIL: Final = "tail"
FIRST: Final = "first token"
SAME_FIRST: Final = "same first token"
SHUFFLED_TAIL: Final = "another prompt's tail"
LESS_SHUFFLED: Final = "tail less another prompt's"
PARTS: Final = (TAIL, FIRST, SAME_FIRST, SHUFFLED_TAIL, LESS_SHUFFLED)


def arm_of(horizon: int, part: str | None = None) -> str:
    """Return the arm of continuations of `horizon` tokens after the first one, whole or a part of them."""
    tokens = f"{horizon} token{'' if horizon == 1 else 's'}"
    return tokens if part is None else f"{tokens}, {part}"


def horizons_in(arms: Iterable[str]) -> list[int]:
    """Return the horizons whose whole continuations are among some arms, rising."""
    found = (re.fullmatch(r"(\d+) tokens?", arm) for arm in arms)
    return sorted(int(one[1]) for one in found if one)
