"""The schematic names its four passes and shows each example event."""

import pytest

from crosspatch.experiments.factorial.draw_schematic import draw_schematic
from crosspatch.experiments.factorial.example_list import last_words, lines, printable, token
from crosspatch.figures.style import MUTED, WIDTH

SIDES = ("base", "tuned")


@pytest.fixture
def figure(make):
    return draw_schematic(make.examples()).figure


def test_four_margins_and_three_effects(see, figure):
    for upstream in SIDES:
        for late in SIDES:
            assert see.artist(figure, f"margin {upstream} {late}").get_text() == f"Y({upstream}, {late})"
    texts = {name: see.artist(figure, f"text {name}").get_text() for name in ("portable", "matched", "interaction")}
    assert texts == {
        "portable": "portable = Y(base, tuned) \N{MINUS SIGN} Y(base, base)",
        "matched": "matched = Y(tuned, tuned) \N{MINUS SIGN} Y(tuned, base)",
        "interaction": "interaction = matched \N{MINUS SIGN} portable",
    }


def test_brackets_join_the_cells_they_subtract(see, figure):
    for effect, upstream in (("portable", "base"), ("matched", "tuned")):
        ends = sorted(set(see.artist(figure, effect).get_xdata()))
        cells = [see.artist(figure, f"margin {upstream} {late}").get_position()[0] for late in SIDES]
        assert ends == cells


def test_tokens_show_their_whitespace(see, figure):
    assert see.artist(figure, "base token 0").get_text() == "␣The"
    assert see.artist(figure, "base token 1").get_text() == "↵↵"
    assert see.artist(figure, "base token 2").get_text() == "␣<U+C548><U+B155>"
    assert see.artist(figure, "tuned token 2").get_text() == '⇥"**Good␣morning…'


def test_the_shared_continuation_stands_out_from_the_prompt(figure):
    bold = {text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"}
    grey = {text.get_text() for text in figure.axes[0].texts if text.get_color() == MUTED}
    assert '↵↵"The fisherman' in bold
    assert any(text.endswith("anything else I can help with?") for text in grey)


def test_the_numbers_drawn_are_the_texts_shown(make):
    drawn = draw_schematic(make.examples()).drawn
    assert drawn["category"].tolist() == ["facts", "format", "conversation"]
    assert drawn["prompt"][1].startswith("…Put the whole reply")
    assert drawn["continuation"].tolist() == ["", '↵↵"The fisherman', " You can say"]


def test_more_examples_make_a_taller_figure(make):
    two, three = (draw_schematic(make.examples().iloc[:count]).figure.get_size_inches() for count in (2, 3))
    assert two[0] == three[0] == WIDTH
    assert two[1] < three[1]


def test_texts_that_mean_something_to_matplotlib_are_printed_as_they_are(make, see):
    examples = make.examples().assign(base_text="$x$", tuned_text="", continuation=" costs $5 or $6 {a}_b^c \\frac")
    figure = draw_schematic(examples).figure
    assert see.artist(figure, "base token 0").get_text() == "$x$"
    assert see.artist(figure, "tuned token 0").get_text() == "(empty)"
    assert not any(text.get_parse_math() for text in see.visible_texts(figure))


@pytest.mark.parametrize(
    ("text", "shown"), [(" a b", "␣a␣b"), ("\n", "↵"), ("\t\r", "⇥\\r"), ("", "(empty)"), ("\U0001f600", "<U+1F600>")]
)
def test_token_text(text, shown):
    assert token(text, 17) == shown


def test_long_tokens_are_cut():
    assert token("abcdefgh", 5) == "abcd…"
    assert token("abcde", 5) == "abcde"


def test_printable_keeps_spaces():
    assert printable("a b\nc") == "a b↵c"


def test_last_words_are_cut_between_words():
    assert last_words("one two three four", 12) == "…three four"
    assert last_words("short", 12) == "short"
    assert last_words("abcdefghijklmnop", 6) == "…lmnop"


@pytest.mark.parametrize("text", ["", "one two three four five", "unbrokenunbrokenunbroken", "a  b   c    d", " lead"])
def test_lines_lose_nothing_and_fit(text):
    broken = lines(text, 8)
    assert "".join(broken) == text
    assert all(len(line) <= 8 for line in broken)
