"""What of a text needs no judge: whether it stops, its length, how much it repeats itself, what two have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

GRAM: Final = 3
"""Tokens of the n-grams by which repetition is counted."""
Tokens = Sequence[int]


@dataclass(frozen=True)
class Text:
    """Picks of a greedy rollout, whether the last of them is a stop token, and what they say."""

    tokens: Tokens
    stopped: bool
    said: str

    @property
    def written(self) -> Tokens:
        """The picks without a stop token."""
        return self.tokens[:-1] if self.stopped else self.tokens


def quantities(text: Text, host: Text, other: Text) -> dict[str, float]:
    """Return every quantity of a text, beside what the host without a graft and the other checkpoint write.

    `repetition_equal_length` is the text's repetition less the host's, both over as many tokens as the shorter has.
    """
    shorter = min(len(text.written), len(host.written))
    return {
        "stopped": float(text.stopped),
        "length": float(len(text.written)),
        "repetition": repetition(text.written),
        "repetition_equal_length": repetition(text.written[:shorter]) - repetition(host.written[:shorter]),
        "differs_from_host": 1 - agreement(text.tokens, host.tokens),
        "steps_with_host": float(steps_in_common(text.tokens, host.tokens)),
        "agrees_with_other": agreement(text.tokens, other.tokens),
        "steps_with_other": float(steps_in_common(text.tokens, other.tokens)),
    }


def repetition(tokens: Tokens) -> float:
    """Return the share of n-grams that are repeats of one before; missing (NaN) in a text without n-grams.

    1 - different n-grams / n-grams (arXiv 1908.04319, seq-rep-n, there with n = 4; miniature texts are short).
    """
    grams = list(zip(*(tokens[start:] for start in range(GRAM)), strict=False))
    return 1 - len(set(grams)) / len(grams) if grams else float("nan")


def agreement(one: Tokens, other: Tokens) -> float:
    """Return the share of steps at which two texts have the same token, of the steps of the longer one.

    A stop is a step too; 1 is the same text.
    """
    same = sum(left == right for left, right in zip(one, other, strict=False))
    return same / max(len(one), len(other))


def steps_in_common(one: Tokens, other: Tokens) -> int:
    """Return the number of steps before the first at which two texts differ; all steps of the shorter if none does."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False)))
