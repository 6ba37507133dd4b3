"""The forms in which a text is put to both checkpoints."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

WRAPPERS: Mapping[str, str] = {
    "raw": "{text}",
    "question": "Question: {text}\nAnswer:",
    "explanation": "Explain: {text}\nResponse:",
}


def wrap(form: str, text: str) -> str:
    """Return `text` in the form `form`, one of the words of WRAPPERS."""
    return WRAPPERS[form].format(text=text)


def with_options(row: Mapping[str, Any]) -> str:
    """Return the question of a multiple-choice row (question, choices), each choice on a line, lettered (A), (B)..."""
    options = [f"({letter}) {choice}" for letter, choice in zip(ascii_uppercase, row["choices"], strict=False)]
    return "\n".join([row["question"], *options])
