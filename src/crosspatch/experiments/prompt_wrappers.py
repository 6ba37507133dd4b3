"""The forms in which a text is put to both checkpoints; a prompt's template is the word of its form."""

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

WRAPPERS: Mapping[str, str] = {
    "raw": "{text}",
    "question": "Question: {text}\nAnswer:",
    "multiple_choice": "Question: {text}\nAnswer:",
    "explanation": "Explain: {text}\nResponse:",
}


def wrap(template: str, text: str) -> str:
    """Return `text` in the form `template`, one of the words of WRAPPERS."""
    return WRAPPERS[template].format(text=text)


def with_options(row: Mapping[str, Any]) -> str:
    """Return the question of a multiple-choice row (question, choices), each choice on a line, lettered (A), (B)..."""
    options = [f"({letter}) {choice}" for letter, choice in zip(ascii_uppercase, row["choices"], strict=False)]
    return "\n".join([row["question"], *options])


def template_of(prompt: str) -> str:
    """Return the word of the form that a wrapped `prompt` has; a text in none of the wrappers is "raw"."""
    if prompt.startswith("Explain: ") and prompt.endswith("\nResponse:"):
        return "explanation"
    if prompt.startswith("Question: ") and prompt.endswith("\nAnswer:"):
        return "multiple_choice" if "\n(A) " in prompt else "question"
    return "raw"
