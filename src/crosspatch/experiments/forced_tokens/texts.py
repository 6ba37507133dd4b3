"""What is scored of a text that goes on from a forced token."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from transformers import PreTrainedTokenizerBase

from crosspatch.experiments.forced_tokens.names import FIRST_WORDS, WHOLE, WITH, WITHOUT, WORDS

_FIRST: Final = re.compile(rf"\s*(?:\S+\s+){{0,{WORDS - 1}}}\S*")
COLUMNS: Final[Mapping[str, str]] = {WHOLE: "whole", WITH: "with_token", WITHOUT: "without_token"}
"""Columns of the views of a `forced_texts` table that are not cut from another."""


def texts_of(
    tokenizer: PreTrainedTokenizerBase, before: Sequence[int], token: int, tail: Sequence[int]
) -> dict[str, str]:
    """Return by column of COLUMNS the text of what both checkpoints wrote before, of the forced token and of its tail,
    of the last two, and of the tail alone; special tokens are none of it.
    """
    parts = {WHOLE: [*before, token, *tail], WITH: [token, *tail], WITHOUT: [*tail]}
    return {
        COLUMNS[view]: tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        for view, tokens in parts.items()
    }


def views_of(row: Any) -> dict[str, tuple[str, bool]]:  # noqa: ANN401 - a row of a frame
    """Return by view the text of a row of `forced_texts`, and whether it came to its own end."""
    found = {view: (getattr(row, column), bool(row.ended)) for view, column in COLUMNS.items()}
    text, ended = found[WITH]
    first = first_words(text)
    return found | {FIRST_WORDS: (first, ended and first.rstrip() == text.rstrip())}


def first_words(text: str) -> str:
    """Return a text up to the end of its 64th word, words being what stands between blanks."""
    found = _FIRST.match(text)
    return found[0] if found else ""
