"""Grades of texts: what was expected, read strictly, loosely, or as published."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from crosspatch.errors import PromptError
from crosspatch.jobs.ifeval import follows, follows_loosely, why_not_checked
from crosspatch.measures.answers import contains_words, exact_number, exact_number_published, has_form
from crosspatch.measures.compliance import complies, complies_published, refuses, refuses_published
from crosspatch.measures.forms import CRITERIA, meets_criterion
from crosspatch.records.expectations import (
    COMPLIANCE,
    CRITERION,
    FORM,
    INSTRUCTIONS,
    NUMBER,
    REFUSAL,
    WORDS,
    Expectation,
    Grade,
)

CUT = "stopped by its length"
NOT_PUBLISHED: Final = "no published reading"
Follows = Callable[[str, list[str], list[dict[str, Any]]], bool]
_STRICT: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    NUMBER: exact_number,
    WORDS: contains_words,
    FORM: has_form,
    REFUSAL: lambda text, _: refuses(text),
    COMPLIANCE: complies,
}
_PUBLISHED: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    NUMBER: exact_number_published,
    REFUSAL: lambda text, _: refuses_published(text),
    COMPLIANCE: complies_published,
}


def grade(text: str, expectation: Expectation, *, ended: bool = True) -> Grade:
    """Return whether a text is what was expected. PromptError if what was expected cannot be read.

    ended: whether the text came to its own end. One that did not, and did not pass, might have: its grade says so.
    """
    if expectation.validator in _STRICT:
        return _flagged(_STRICT[expectation.validator](text, expectation.expected), ended)
    return _of_form(text, expectation, follows, ended)


def grade_loosely(text: str, expectation: Expectation, *, ended: bool = True) -> Grade:
    """Return the grade of a text with IFEval's loose reading of instructions; of all else, `grade`."""
    if expectation.validator == INSTRUCTIONS:
        return _of_form(text, expectation, follows_loosely, ended)
    return grade(text, expectation, ended=ended)


def grade_published(text: str, expectation: Expectation, *, ended: bool = True) -> Grade:
    """Return the grade of a text as published; None of what has no published reading."""
    if expectation.validator in _PUBLISHED:
        return _flagged(_PUBLISHED[expectation.validator](text, expectation.expected), ended)
    if expectation.validator in (None, CRITERION):
        return grade(text, expectation, ended=ended)
    return Grade(None, NOT_PUBLISHED)


def _of_form(text: str, expectation: Expectation, reading: Follows, ended: bool) -> Grade:
    if expectation.validator is None:
        return Grade(None, expectation.reason)
    told = _read(expectation)
    if expectation.validator == INSTRUCTIONS:
        names, settings = told["instructions"], told["settings"]
        reason = why_not_checked(names)
        return Grade(None, reason) if reason else _flagged(reading(text, names, settings), ended)
    if told["type"] not in CRITERIA:
        return Grade(None, f"criterion {told['type']!r} is none that can be checked")
    return _flagged(meets_criterion(text, told["type"], told["params"]), ended)


def _read(expectation: Expectation) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(expectation.expected or "")
        needed = ("instructions", "settings") if expectation.validator == INSTRUCTIONS else ("type", "params")
        return {name: told[name] for name in needed}
    except (ValueError, KeyError, TypeError) as error:
        raise PromptError(
            f"validator {expectation.validator!r}: {expectation.expected!r} does not say what to check ({error!r}); "
            'give {"instructions": [...], "settings": [...]} or {"type": ..., "params": {...}}'
        ) from error


def _flagged(passed: bool, ended: bool) -> Grade:
    return Grade(passed, None if passed or ended else CUT)
