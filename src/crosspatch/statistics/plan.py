"""What intervals are made with, and the scopes that share one resampling."""

from collections.abc import Sequence
from dataclasses import dataclass

from crosspatch.records.estimates import PROMPT
from crosspatch.statistics.seeds import seed_of


@dataclass(frozen=True)
class Plan:
    """Whose estimates they are (a control, or the headline), the study's seed, the draws and the confidence level."""

    control: str
    seed: int
    draws: int
    level: float

    def seed_of(self, scope: str, scheme: str) -> int:
        """Return the seed of the generator of one scope and scheme of resampling.

        A hash of them, so that a pair's draws depend on no other pair and a control's on no other control.
        """
        return seed_of(self.seed, f"{self.control} {scope}", scheme)


def without_each(scope: str, pairs: Sequence[str]) -> dict[str, list[str]]:
    """Return the scope with its pairs and, if it has several, `SCOPE without PAIR` for each of them."""
    left_out = {f"{scope} without {one}": [pair for pair in pairs if pair != one] for one in pairs}
    return {scope: list(pairs)} | (left_out if len(pairs) > 1 else {})


def scopes_of_one_resampling(scope: str, pairs: Sequence[str], scheme: str) -> dict[str, list[str]]:
    """Return the scopes that one resampling serves, each with its pairs: over prompts also those without one pair."""
    return without_each(scope, pairs) if scheme == PROMPT else {scope: list(pairs)}
