"""How figures and tables print the words and numbers of the tables."""

import math
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

Labels = Mapping[str, str]

BALANCED = "balanced"
WITHOUT = "balanced without "
POOLED = "pooled"

READOUTS: Labels = MappingProxyType({"common_tuned": "common tuned", "common_base": "common base", "native": "native"})
PRECISIONS: Labels = MappingProxyType(
    {"float32": "readout in float32", "checkpoint": "readout in the checkpoint's dtype"}
)
METHODS: Labels = MappingProxyType(
    {
        "prompt": "prompts",
        "prompt_independent": "prompts, families drawn independently",
        "normal": "normal approximation",
        "cluster_template": "prompt templates",
        "cluster_tokens": "token pairs",
        "two_level": "families, then prompts",
        "pair": "pairs",
    }
)


def position_label(arm: str) -> str:
    """Return `all` or `≥k` for the arms `all` and `position >= k`."""
    return arm.replace("position >= ", "\N{GREATER-THAN OR EQUAL TO}")


def mean_label(number: int, families: int) -> str:
    """Return the label of a mean over so many of a study's families."""
    counted = f"{number}" if number == families else f"{number} of {families}"
    return f"Mean of {counted} famil{'y' if families == 1 else 'ies'}"


def with_interval(value: float, low: float, high: float) -> str:
    """Return `value [low, high]`, or the value alone if there is no interval.

    Two digits of the interval's width are shown: two decimals, or up to four where it is narrow.
    """
    if pd.isna(low) or pd.isna(high):
        return f"{value:z.2f}"
    width = high - low
    decimals = min(4, max(2, 1 - math.floor(math.log10(width)))) if width > 0 else 2
    value_text, low_text, high_text = (f"{number:z.{decimals}f}" for number in (value, low, high))
    return f"{value_text} [{low_text}, {high_text}]"


def percent(level: float) -> str:
    """Return a confidence level as a percentage."""
    return f"{100 * level:g}%"
