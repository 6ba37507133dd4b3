"""Whether a text gives an expected answer: a number, some words, or a text as a whole.

Each reading of numbers comes twice: as published (arXiv 2605.07284, appendix F.3), and with what that one gets wrong
set right. A number there is any run of digits, so that the 2 of "m2" or of "per 2 weeks" may be the answer; the first
conclusion counts, even if a later one corrects it; and after "therefore" the first number does, although a term of a
sum may stand before its result.
"""

import re
from decimal import Decimal

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NUMBER = re.compile(
    r"(?<![\w.^])"  # not inside a word, a unit (m2, cm^3) or another number
    r"(?<!\bper )"  # nor what a rate is counted by
    r"(?P<sign>(?<![\w)])[-\N{MINUS SIGN}])?"
    r"(?P<currency>[$\N{EURO SIGN}\N{POUND SIGN}])?"
    rf"(?P<digits>{_DIGITS})"
    r"(?!\d|(?:st|nd|rd|th|[Dd])\b)",  # nor an ordinal or a dimension
)
_FINAL = re.compile(r"####\s*")
_CONCLUSION = re.compile(r"\banswer\s*(?:is|:|=)", re.IGNORECASE)
_CLAUSE_END = re.compile(r"\n|[.!?](?=\s|$)")
_PUBLISHED_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_PUBLISHED_MARK = re.compile(
    rf"(?:####|\banswer\s*(?:is\b|:)|\btherefore\b)[\s:,*$]*({_PUBLISHED_NUMBER})", re.IGNORECASE
)


def stated_number(text: str) -> str | None:
    """Return the number that a text concludes with, without separators; None if it has none.

    That after the last `####`; else that of the last clause after "answer is" or "answer:", after its last equals sign
    if it has one; else the last number. Digits inside words, units, rates, ordinals are no numbers.
    """
    if (marks := list(_FINAL.finditer(text))) and (found := _NUMBER.match(text, marks[-1].end())):
        return _plain(found)
    for mark in reversed(list(_CONCLUSION.finditer(text))):
        clause = _CLAUSE_END.split(text[mark.end() :], maxsplit=1)[0]
        concluded = _NUMBER.search(" " + clause.rpartition("=")[2])
        if concluded:
            return _plain(concluded)
    numbers = list(_NUMBER.finditer(text))
    return _plain(numbers[-1]) if numbers else None


def stated_number_published(text: str) -> str | None:
    """Return the number of a text as published: the first right after `####`, "answer is", "answer:" or "therefore",
    else the last run of digits; None if there is none.
    """
    marked = _PUBLISHED_MARK.search(text)
    numbers = [marked[1]] if marked else re.findall(_PUBLISHED_NUMBER, text)
    return numbers[-1].replace(",", "") if numbers else None


def same_number(one: str | None, other: str) -> bool:
    """Return whether two numbers are of one value: 18, 18.0 and 1,8 less its comma are."""
    return one is not None and Decimal(one.replace(",", "")) == Decimal(other.replace(",", ""))


def exact_number(text: str, expected: str) -> bool:
    """Return whether a text concludes with the expected number."""
    return same_number(stated_number(text), expected)


def exact_number_published(text: str, expected: str) -> bool:
    """Return whether the number of a text, read as published, is the expected one."""
    return same_number(stated_number_published(text), expected)


def contains_words(text: str, expected: str) -> bool:
    """Return whether the expected words stand in a text, one after another and whole; case does not count."""
    words = r"\s+".join(map(re.escape, expected.split()))
    return re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) is not None


def has_form(text: str, expected: str) -> bool:
    """Return whether a text is the expected one, but for blanks around it and at the ends of its lines."""
    return _lines(text) == _lines(expected)


def is_number(text: str) -> bool:
    """Return whether a text is a number and nothing else, but for blanks around it."""
    return re.fullmatch(rf"\s*-?{_DIGITS}\s*", text) is not None


def _plain(found: re.Match[str]) -> str:
    return ("-" if found["sign"] else "") + found["digits"].replace(",", "")


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
