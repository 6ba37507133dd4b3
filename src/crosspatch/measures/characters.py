"""Kinds of single tokens by their characters and their length (arXiv 2605.07284, appendix F.3)."""

from bisect import bisect_right
from typing import Final

DIGIT, ALPHA, ALNUM, PUNCTUATION = "digit", "alpha", "alnum", "punctuation"
NEWLINE, BLANK, MIXED = "newline", "blank", "mixed"
_LONGER: Final = (2, 4, 7)
"""Letters from which on a token is of the next bucket of lengths: 1, 2 to 3, 4 to 6, 7 or more."""


def character_class(text: str) -> str:
    """Return what the characters of a token are; blanks around others do not count, and none at all are blank."""
    own = text.strip()
    if not own:
        return NEWLINE if "\n" in text else BLANK
    if own.isdigit():
        return DIGIT
    if own.isalpha():
        return ALPHA
    if own.isalnum():
        return ALNUM
    return MIXED if any(one.isalnum() or one.isspace() for one in own) else PUNCTUATION


def length_bucket(text: str) -> int:
    """Return which of four buckets of lengths a token is in; blanks count only where there is nothing else."""
    return bisect_right(_LONGER, len(text.strip() or text))


def kind_of_token(text: str) -> str:
    """Return class and bucket as one word."""
    return f"{character_class(text)} {length_bucket(text)}"
