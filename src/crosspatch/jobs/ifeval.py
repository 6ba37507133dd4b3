"""Instructions of IFEval (arXiv 2311.07911), checked by the maintained checkers of lm-eval, an optional extra."""

import importlib.util
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

NOT_INSTALLED = "lm-eval is not installed (extra `instructions`)"
NO_SENTENCES = "needs nltk's punkt_tab, which is not on this machine (python -m nltk.downloader punkt_tab)"
NEEDS_PUNKT = frozenset({"length_constraints:number_sentences", "change_case:capital_word_frequency"})
"""Instructions that count sentences, or words as nltk cuts them."""


def why_not_checked(instructions: Sequence[str]) -> str | None:
    """Return why instructions cannot be checked here; None if they can."""
    if importlib.util.find_spec("lm_eval") is None:
        return NOT_INSTALLED
    known = _checkers().instructions_registry.INSTRUCTION_DICT
    if unknown := [name for name in instructions if name not in known]:
        return f"lm-eval knows no instruction {unknown[0]!r}"
    if (needing := NEEDS_PUNKT & set(instructions)) and not _has_punkt():
        return f"{min(needing)} {NO_SENTENCES}"
    return None


def follows(text: str, instructions: Sequence[str], settings: Sequence[dict[str, Any]]) -> bool:
    """Return whether a text follows all instructions as it is (IFEval's strict reading).

    settings: what each instruction is told, in the data set's words; those without a value are left out.
    """
    outcome = _checkers().test_instruction_following_strict(_asked(instructions, settings), text)
    return bool(outcome.follow_all_instructions)


def follows_loosely(text: str, instructions: Sequence[str], settings: Sequence[dict[str, Any]]) -> bool:
    """Return whether a text follows each instruction as it is, or less its first or last line or its asterisks."""
    outcome = _checkers().test_instruction_following_loose(_asked(instructions, settings), text)
    return bool(outcome.follow_all_instructions)


def _asked(instructions: Sequence[str], settings: Sequence[dict[str, Any]]) -> Any:  # noqa: ANN401
    return _checkers().InputExample(key=0, instruction_id_list=[*instructions], prompt="", kwargs=[*settings])


@cache
def _checkers() -> ModuleType:
    """The checkers, with a language detector that says the same of a text each time."""
    with _later_rank():
        import langdetect
        from lm_eval.tasks.ifeval import utils
    langdetect.DetectorFactory.seed = 0
    return utils


@contextmanager
def _later_rank() -> Iterator[None]:
    """On import, the first of several processes would fetch data of no fixed version; there is none such here."""
    before = os.environ.get("LOCAL_RANK")
    os.environ["LOCAL_RANK"] = "1"
    try:
        yield
    finally:
        del os.environ["LOCAL_RANK"]
        if before is not None:
            os.environ["LOCAL_RANK"] = before


@cache
def _has_punkt() -> bool:
    import nltk

    try:
        nltk.data.find("tokenizers/punkt_tab")
    except LookupError:
        return False
    return True
