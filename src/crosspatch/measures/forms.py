"""Criteria of form as the authors' manifest writes them: a type, and what it is of (arXiv 2605.07284, appendix F.3)."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from crosspatch.measures.compliance import words_in

_QUOTES = ('""', "''", "``", "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}")
_EMPHASIS = re.compile(r"\*\*[^*\n]{2,}\*\*|\*[^*\n]{2,}\*|__[^_\n]{2,}__|_[^_\n]{2,}_")
Criterion = Callable[[str, Mapping[str, Any]], bool]


def is_json(text: str) -> bool:
    """Return whether a text is JSON as a whole; blanks around it do not count."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def sentences_in(text: str) -> int:
    """Return the number of sentences: what stands between full stops, exclamation and question marks before a blank."""
    return sum(bool(re.search(r"\w", part)) for part in re.split(r"[.!?]+(?=\s|$)", text))


def is_quoted(text: str) -> bool:
    """Return whether a text is in one pair of quotation marks, angular ones too."""
    own = text.strip()
    pairs = [*((pair[0], pair[1]) for pair in _QUOTES), ("<<", ">>")]
    return any(len(own) > len(a + b) and own.startswith(a) and own.endswith(b) for a, b in pairs)


def _lines(pattern: str) -> Callable[[str], int]:
    return lambda text: len(re.findall(pattern, text, re.MULTILINE))


def _at_least(count: Callable[[str], int], setting: str) -> Criterion:
    return lambda text, settings: count(text) >= settings[setting]


_bullets = _lines(r"^\s*(?:[-*+]|\d+[.)])\s+\S")
CRITERIA: Final[Mapping[str, Criterion]] = {
    "no_commas": lambda text, _: "," not in text,
    "all_lowercase": lambda text, _: text == text.lower() and text != text.upper(),
    "all_uppercase": lambda text, _: text == text.upper() and text != text.lower(),
    "wrapped_in_quotes": lambda text, _: is_quoted(text),
    "json": lambda text, _: is_json(text),
    "bullet_list": _at_least(_bullets, "min_count"),
    "numbered_list": _at_least(_bullets, "min_count"),
    "markdown_sections": _at_least(_lines(r"^#{1,6}\s+\S"), "min_count"),
    "highlighted_sections": _at_least(lambda text: len(_EMPHASIS.findall(text)), "min_count"),
    "has_placeholders": _at_least(_lines(r"\[[^\[\]\n]{1,80}\]"), "min_count"),
    "word_count_min": _at_least(words_in, "min"),
    "word_count_max": lambda text, settings: words_in(text) <= settings["max"],
    "sentence_count_min": _at_least(sentences_in, "min"),
    "sentence_count_max": lambda text, settings: sentences_in(text) <= settings["max"],
    "contains_all_keywords": lambda text, settings: all(word.lower() in text.lower() for word in settings["keywords"]),
    "contains_phrase": lambda text, settings: settings["phrase"].lower() in text.lower(),
    "starts_with": lambda text, settings: text.lstrip().startswith(settings["prefix"]),
    "ends_with": lambda text, settings: text.rstrip().endswith(settings["suffix"]),
}
"""Whether a text meets a criterion, by type; every count is of the text as it is, however it ended."""


def meets_criterion(text: str, kind: str, settings: Mapping[str, Any]) -> bool:
    """Return whether a text meets one criterion; a blank one meets none. KeyError if type or setting is unknown."""
    return bool(text.strip()) and CRITERIA[kind](text, settings)
