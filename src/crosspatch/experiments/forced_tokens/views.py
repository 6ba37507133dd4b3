"""What is scored of a text that goes on from a forced token, and whether that came to its own end."""

import re
from collections.abc import Mapping
from typing import Any, Final

from crosspatch.experiments.forced_tokens.names import FIRST_WORDS, WHOLE, WITH, WITHOUT, WORDS

_FIRST: Final = re.compile(rf"\s*(?:\S+\s+){{0,{WORDS - 1}}}\S*")
COLUMNS: Final[Mapping[str, str]] = {WHOLE: "whole", WITH: "with_token", WITHOUT: "without_token"}
"""Columns of a `forced_texts` table with the views that are not cut from another."""


def views_of(row: Any) -> dict[str, tuple[str, bool]]:  # noqa: ANN401 - a row of a frame
    """Return by view the text of a row of `forced_texts`, and whether it came to its own end."""
    found = {view: (str(getattr(row, column)), bool(row.ended)) for view, column in COLUMNS.items()}
    text, ended = found[WITH]
    first = first_words(text)
    return found | {FIRST_WORDS: (first, ended and first.rstrip() == text.rstrip())}


def first_words(text: str) -> str:
    """Return a text up to the end of its 64th word, words being what stands between blanks."""
    found = _FIRST.match(text)
    return found[0] if found else ""
