"""Model text as figures print it: whitespace visible, every character in the font, cut where there is no room."""

from functools import cache

from matplotlib.font_manager import findfont, get_font

FONT = "DejaVu Sans Mono"
WIDTH_PER_POINT = 0.602 / 72  # inches that one character takes per point of font size
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
BREAKS = {"\n": "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}", "\r": "\\r", "\t": "\N{RIGHTWARDS ARROW TO BAR}"}
SPACE = {" ": "\N{OPEN BOX}"}


def printable(text: str) -> str:
    """Return `text` with line breaks and tabs as arrows and characters that the font lacks as their code point."""
    return "".join(BREAKS.get(character) or _in_font(character) for character in text)


def token(text: str, most: int) -> str:
    """Return a token's text with every space visible, cut to `most` characters; an empty text says so."""
    shown = "".join(SPACE.get(character, character) for character in printable(text)) or "(empty)"
    return shown if len(shown) <= most else shown[: most - 1] + ELLIPSIS


def last_words(text: str, most: int) -> str:
    """Return the end of `text` in at most `most` characters, cut between words if possible."""
    if len(text) <= most:
        return text
    end = text[len(text) - most + 1 :]
    return ELLIPSIS + (end.split(" ", 1)[1] if " " in end[: most // 2] else end)


def lines(text: str, width: int) -> list[str]:
    """Split `text` into lines of at most `width` characters, after a space if possible; no character is lost."""
    broken = []
    while len(text) > width:
        at = text.rfind(" ", 0, width) + 1 or width
        broken.append(text[:at])
        text = text[at:]
    return [*broken, text]


def _in_font(character: str) -> str:
    return character if character == " " or ord(character) in _characters() else f"<U+{ord(character):04X}>"


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())
