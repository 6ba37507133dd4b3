"""Tables of what the answers to prompts are expected to be."""

import json
from collections.abc import Mapping

import pandas as pd

from crosspatch.errors import PromptError
from crosspatch.files.schemas import load_schema
from crosspatch.measures.answers import is_number
from crosspatch.records.expectations import CRITERION, INSTRUCTIONS, NUMBER, VALIDATORS, WITHOUT_EXPECTED, Expectation

SAYS_NOTHING = "the table names no validator"


def expectation_rows(expectations: Mapping[str, Expectation], origin: str) -> pd.DataFrame:
    """Return an `expectations` table of prompts by id; PromptError, naming `origin`, if one cannot verify anything."""
    for name, one in expectations.items():
        _check(one, f"{origin}: prompt {name!r}")
    rows = [{"prompt_id": name, **vars(one)} for name, one in expectations.items()]
    return pd.DataFrame(rows, columns=[*load_schema("expectations")["properties"]]).astype(object)


def expectations_of(table: pd.DataFrame) -> dict[str, Expectation]:
    """Return the expectations of an `expectations` table by prompt, missing values as None."""
    told = table.astype(object).where(table.notna(), None)
    return {row.prompt_id: Expectation(row.validator, row.expected, row.reason) for row in told.itertuples()}


def named_expectation(validator: str, expected: str) -> Expectation:
    """Return what two cells of a table of one's own say; blank ones say nothing."""
    if not validator.strip():
        return Expectation.nothing(SAYS_NOTHING)
    return Expectation(validator.strip(), expected.strip() or None)


def _check(one: Expectation, place: str) -> None:
    if one.validator is None:
        return
    if one.validator not in VALIDATORS:
        raise PromptError(f"{place}: unknown validator {one.validator!r}; choose one of {list(VALIDATORS)}")
    if one.expected is None and one.validator not in WITHOUT_EXPECTED:
        raise PromptError(f"{place}: validator {one.validator!r} has nothing to compare with; fill in `expected`")
    if one.validator == NUMBER and not is_number(one.expected or ""):
        raise PromptError(f"{place}: {one.expected!r} is no number; correct it")
    if one.validator in (INSTRUCTIONS, CRITERION) and not _is_object(one.expected or ""):
        raise PromptError(f"{place}: {one.expected!r} is not a JSON object, which {one.validator!r} needs; correct it")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
