"""How the arms and numbers of this idea are called."""

from typing import Final

ALL: Final = "all answers"
OUTCOMES: Final = {
    (False, True): "the tuned one alone",
    (True, True): "both",
    (False, False): "neither",
    (True, False): "the base alone",
}
"""Who gives the expected answer, by whether the base does and whether the tuned one does."""


def of_category(category: str) -> str:
    """Return the arm of the prompts of one category."""
    return f"category {category}"


def of_validator(validator: str) -> str:
    """Return the arm of the prompts that one validator grades."""
    return f"graded by {validator}"
