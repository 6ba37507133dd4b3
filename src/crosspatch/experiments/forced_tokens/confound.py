"""Whether a forced token is the answer itself, so that a text without it lacks it (pitfall P10 of the protocol)."""

import re

from crosspatch.records.expectations import COMPLIANCE, FORM, NUMBER, WORDS, Expectation


def is_number_token(text: str) -> bool:
    """Return whether a token has a digit."""
    return re.search(r"\d", text) is not None


def is_answer_token(text: str, expected: Expectation) -> bool:
    """Return whether a token is the expected answer, contains it, or begins it."""
    token, answer = text.strip().lower(), (expected.expected or "").lower()
    if expected.validator == NUMBER:
        digits = re.sub(r"[^\d.]", "", token)
        return is_number_token(token) and answer.lstrip("-").startswith(digits)
    if expected.validator in (WORDS, COMPLIANCE, FORM) and answer and re.search(r"\w", token):
        return answer.startswith(token) or answer in token
    return False
