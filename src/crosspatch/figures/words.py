"""How figures and tables print the words of the tables."""

from collections.abc import Mapping
from types import MappingProxyType

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


def percent(level: float) -> str:
    """Return a confidence level as a percentage."""
    return f"{100 * level:g}%"
