"""The rows of example events under the schematic."""

from dataclasses import dataclass
from functools import cache

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import FancyBboxPatch

from crosspatch.figures.style import COLOURS, INK, MUTED, WIDTH

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


SIZE = 6.5
LINE = 0.14  # inches from one line of text to the next
COLUMNS = {"category": 0.08, "prompt": 0.95, "base_text": 4.6, "tuned_text": 5.66}
CHARACTERS = int((COLUMNS["base_text"] - COLUMNS["prompt"] - 0.1) / (SIZE * WIDTH_PER_POINT))
CHIP, TOKEN = 1.0, 17
MOST_LINES = 3
HEADINGS = {
    "category": "category",
    "prompt": "prompt and shared continuation",
    "base_text": "base picks",
    "tuned_text": "tuned picks",
}
TEXT_ON = {"base": "white", "tuned": INK}


@dataclass(frozen=True)
class Example:
    """One example event as it is printed."""

    category: str
    prompt: str
    continuation: str
    base_text: str
    tuned_text: str

    @property
    def height(self) -> float:
        """Inches the row takes."""
        return LINE * max(1.3, len(lines(self.prompt + self.continuation, CHARACTERS))) + 0.1


def shown_examples(examples: pd.DataFrame) -> pd.DataFrame:
    """Return the examples as they are printed: the prompt's last words, whitespace of tokens visible."""
    continuation = [last_words(printable(text), CHARACTERS) for text in examples["continuation"]]
    room = [CHARACTERS * (MOST_LINES - 1) - len(text) for text in continuation]
    prompts = [last_words(printable(text), most) for text, most in zip(examples["prompt"], room, strict=True)]
    return pd.DataFrame(
        {
            "category": examples["category"].to_list(),
            "prompt": prompts,
            "continuation": continuation,
            "base_text": [token(text, TOKEN) for text in examples["base_text"]],
            "tuned_text": [token(text, TOKEN) for text in examples["tuned_text"]],
        }
    )


def height_of_examples(shown: pd.DataFrame) -> float:
    """Return the inches that headings and rows take."""
    return 0.5 + sum(example.height for example in _examples(shown))


def draw_examples(axes: Axes, shown: pd.DataFrame) -> None:
    """Draw the rows downwards from y = 0; one unit of the axes is an inch."""
    y = -0.33
    for column, heading in HEADINGS.items():
        axes.text(COLUMNS[column], y, heading, va="center", fontweight="bold", fontsize=7)
    axes.plot([0.08, WIDTH - 0.08], [y - 0.11, y - 0.11], color=INK, linewidth=0.6)
    y -= 0.13
    for place, row in enumerate(_examples(shown)):
        middle = y - row.height / 2
        axes.text(COLUMNS["category"], middle, row.category, va="center", fontsize=SIZE)
        _write_text(axes, row.prompt, row.continuation, middle)
        _draw_chip(axes, "base", row.base_text, middle, name=f"base token {place}")
        _draw_chip(axes, "tuned", row.tuned_text, middle, name=f"tuned token {place}")
        y -= row.height


def _examples(shown: pd.DataFrame) -> list[Example]:
    return [Example(*map(str, values)) for values in shown.itertuples(index=False)]


def _write_text(axes: Axes, prompt: str, continuation: str, middle: float) -> None:
    """Write the prompt in grey and the continuation in black, broken into lines as one text."""
    written, rows = 0, lines(prompt + continuation, CHARACTERS)
    for place, line in enumerate(rows):
        y = middle + LINE * ((len(rows) - 1) / 2 - place)
        split = min(max(len(prompt) - written, 0), len(line))
        for start, part, colour in ((0, line[:split], MUTED), (split, line[split:], INK)):
            x = COLUMNS["prompt"] + start * SIZE * WIDTH_PER_POINT
            weight = "bold" if colour == INK else "normal"
            axes.text(x, y, part, va="center", family=FONT, fontsize=SIZE, color=colour, fontweight=weight)
        written += len(line)


def _draw_chip(axes: Axes, side: str, text: str, middle: float, *, name: str) -> None:
    left, height = COLUMNS[f"{side}_text"], 0.17
    style = "round,pad=0,rounding_size=0.04"
    axes.add_patch(
        FancyBboxPatch(
            (left, middle - height / 2), CHIP, height, boxstyle=style, facecolor=COLOURS[side], edgecolor="none"
        )
    )
    axes.text(
        left + CHIP / 2,
        middle,
        text,
        ha="center",
        va="center",
        family=FONT,
        fontsize=SIZE,
        color=TEXT_ON[side],
        gid=name,
    )
