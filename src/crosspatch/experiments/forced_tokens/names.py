"""What is forced, what is scored of it, and how the arms of forced tokens are called."""

from typing import Final

from crosspatch.records.sides import BASE, TUNED

RANK: Final = "rank"
CLASS: Final = "class"
BRANCHES: Final = (TUNED, BASE, RANK, CLASS)
"""The two tokens of an event; the token most nearly as probable as the base one, and that one among its kind."""
WHOLE: Final = "whole answer"
WITH: Final = "with the forced token"
WITHOUT: Final = "without the forced token"
FIRST_WORDS: Final = "first 64 words"
VIEWS: Final = (WITHOUT, WITH, FIRST_WORDS, WHOLE)
"""What follows the forced token, as published; with it; the first words of that; and after all written before it."""
WORDS: Final = 64
ALL: Final = "all"
EVENTS: Final = "events"
"""In the place of a view, of quantities of the events themselves."""
OURS: Final = "ours"
PUBLISHED: Final = "as published"
LOOSELY: Final = "loosely"
READINGS: Final = (OURS, PUBLISHED, LOOSELY)
NO_ANSWER: Final = "base token no answer"
UNCUT: Final = "none cut"


def arm_of(view: str, kind: str, *parts: str) -> str:
    """Return the arm of a view of a category of prompts (or ALL), read or restricted as `parts` say."""
    return ", ".join([view, kind, *(part for part in parts if part != OURS)])


def kind_of(category: str, validator: str) -> str:
    """Return the name of those prompts of a category that one validator grades."""
    return f"{category} by {validator}"
