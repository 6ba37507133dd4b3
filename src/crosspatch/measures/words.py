"""Word classes of single tokens (arXiv 2605.07284, token categories)."""

import re

FORMAT, FUNCTION, CONTENT = "format", "function", "content"

_DISCOURSE = frozenset("however therefore thus also additionally finally firstly secondly moreover hence note".split())
_FUNCTION = frozenset(
    """
    a an the this that these those i you he she it we they me him her us them my your his its our their who whom
    which what and or but nor so yet if because as while although than then of in on at by for with about against
    between into through to from up down out over under is are was were be been being am do does did have has had
    will would shall should can could may might must not no
    """.split()
)
_ASSISTANT = frozenset(
    """
    sure certainly absolutely course happy glad help assist here here's let let's answer first step sorry cannot
    can't unable i we
    """.split()
)
_WORD = re.compile(r"[\w']+")
_SPECIAL = re.compile(r"<[^<>\s]+>")


def word_class(text: str) -> str:
    """Return `format` (punctuation, special tokens, discourse words, blanks), `function` (grammatical) or `content`."""
    if _SPECIAL.fullmatch(text):
        return FORMAT
    words = _WORD.findall(text.lower())
    if not words or all(word in _DISCOURSE for word in words):
        return FORMAT
    return FUNCTION if all(word in _FUNCTION for word in words) else CONTENT


def opens_assistant_turn(text: str) -> bool:
    """Return whether the token is one of the words with which assistants open an answer."""
    words = _WORD.findall(text.lower())
    return bool(words) and words[0] in _ASSISTANT
