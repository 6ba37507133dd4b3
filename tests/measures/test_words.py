"""Word classes of tokens."""

import pytest

from crosspatch.measures.words import opens_assistant_turn, word_class


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "format") for text in ("", " ", "\n\n", "**", "...", "```", "However", " Therefore", ":")),
        *((text, "format") for text in ("<|end|>", "<end_of_turn>")),
        *((text, "function") for text in (" the", "The", "and", "it", " of", "I", " would", "the of")),
        *(
            (text, "content")
            for text in ("Paris", " capital", "Sure", "plus", "the capital", "hence Paris", "1.", "3x")
        ),
    ],
)
def test_word_classes(text, expected):
    assert word_class(text) == expected


@pytest.mark.parametrize("text", ["Sure", " sure", "I", "Here's", "Let's", "sorry", "Step", "Answer: 3", "**Sure**"])
def test_openings_of_assistants(text):
    assert opens_assistant_turn(text)


@pytest.mark.parametrize("text", ["", " ", "\n", "Paris", "Is", "ensure", "unsure", "the answer", "hereby"])
def test_other_openings(text):
    assert not opens_assistant_turn(text)
