"""What the answer to a prompt is expected to be, and what a text is found to be."""

from dataclasses import dataclass
from typing import Final

NUMBER: Final = "number"
WORDS: Final = "words"
FORM: Final = "form"
REFUSAL: Final = "refusal"
COMPLIANCE: Final = "compliance"
INSTRUCTIONS: Final = "instructions"
CRITERION: Final = "criterion"
VALIDATORS: Final = (NUMBER, WORDS, FORM, REFUSAL, COMPLIANCE, INSTRUCTIONS, CRITERION)
"""A number; words that occur; a text, whole; a refusal; none; instructions of IFEval; a criterion of the manifest."""
WITHOUT_EXPECTED: Final = (REFUSAL, COMPLIANCE)
"""Validators that may do without an expected text."""


@dataclass(frozen=True)
class Expectation:
    """What validates an answer, and what by: a number, words, or JSON; without a validator, the reason why not."""

    validator: str | None
    expected: str | None = None
    reason: str | None = None

    @classmethod
    def nothing(cls, reason: str) -> "Expectation":
        """Return that there is nothing to verify, for a reason."""
        return cls(None, None, reason)


@dataclass(frozen=True)
class Grade:
    """Whether a text passed, None if that cannot be said; a reason why not, or why to doubt that it failed."""

    passed: bool | None
    reason: str | None = None
