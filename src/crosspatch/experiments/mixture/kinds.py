"""How the kinds of events are called, and their arms."""

from typing import Final

from crosspatch.records.arms import REFERENCE

WORDS, MARKER, MIXTURE = "later difference of words", "later assistant marker", "mixture"
KINDS: Final = (REFERENCE, WORDS, MARKER, MIXTURE)
"""The three kinds in the order in which one event counts, and all of them."""
_OF: Final = ", category "


def arm_of(kind: str, category: str) -> str:
    """Return the name of the arm of a kind's events at the prompts of one category."""
    return f"{kind}{_OF}{category}"


def kind_and_category(arm: str) -> tuple[str, str | None]:
    """Return the kind of an arm and its category, None if it is over all prompts."""
    kind, _, category = arm.partition(_OF)
    return kind, category or None
