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


def of_validator(category: str, validator: str) -> str:
    """Return the arm of those prompts of a category that one of its validators grades."""
    return f"{of_category(category)}, graded by {validator}"
