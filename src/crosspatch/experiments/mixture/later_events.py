"""The two later kinds of events of a prompt: places behind the first divergence, where the histories have parted."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from crosspatch.errors import PairError
from crosspatch.experiments.mixture.kinds import MARKER, WORDS
from crosspatch.jobs.selected_events import Arm, Chosen, selected_row
from crosspatch.measures.words import FORMAT, opens_assistant_turn, word_class
from crosspatch.models.tokens import token_text
from crosspatch.models.vocabulary import Vocabulary
from crosspatch.records.sides import BASE, TUNED

NO_SUCH = "no such difference within the rollouts"
COUNTED = "an earlier kind has this event already"


def are_words(base_text: str, tuned_text: str) -> bool:
    """Return whether neither token is of the word class format."""
    return FORMAT not in (word_class(base_text), word_class(tuned_text))


def has_marker(base_text: str, tuned_text: str) -> bool:
    """Return whether one token at least is an assistant marker."""
    return opens_assistant_turn(base_text) or opens_assistant_turn(tuned_text)


LATER: Final[Mapping[Arm, Callable[[str, str], bool]]] = {Arm(WORDS): are_words, Arm(MARKER): has_marker}


def select_later_kinds(
    divergences: pd.DataFrame, base: pd.DataFrame, tuned: pd.DataFrame, *, sides: tuple[Vocabulary, Vocabulary]
) -> pd.DataFrame:
    """Return the `selected_events` of the two later kinds (stress set of arXiv 2605.07284, appendix B).

    Both rollouts are compared position by position, behind the first divergence too. Of each kind the first such
    difference counts: its history is the base rollout's, its tuned token the tuned rollout's own at that position,
    behind another history. An event that an earlier kind has already, the first divergence before all, is no other one.
    divergences: first divergences, one row per prompt. A pair may have no later event at all. Raises PairError if the
    rollouts are of other prompts.
    """
    pair = divergences["pair"].iloc[0]
    for side, rollouts in ((BASE, base), (TUNED, tuned)):
        if list(rollouts["prompt_id"]) != list(divergences["prompt_id"]):
            raise PairError(
                f"pair {pair!r}: the {side} rollouts are not of the prompts of its events; delete them and run again"
            )
    rows = [
        selected_row(divergence, arm, chosen, sides)
        for divergence, one, other in zip(
            *(table.itertuples(index=False) for table in (divergences, base, tuned)), strict=True
        )
        for arm, chosen in _chosen(one, other, sides).items()
    ]
    return pd.DataFrame(rows)


def _chosen(base: Any, tuned: Any, sides: tuple[Vocabulary, Vocabulary]) -> dict[Arm, Chosen | str]:  # noqa: ANN401
    """Return the event of each later kind, or why there is none, from a prompt's rows of rollouts."""
    failures = [failure for failure in (base.failure, tuned.failure) if isinstance(failure, str)]
    if failures:
        return dict.fromkeys(LATER, failures[0])
    pairs = [(int(one), int(other)) for one, other in zip(base.tokens, tuned.tokens, strict=False)]
    differing = [step for step, (one, other) in enumerate(pairs) if one != other]
    counted, found = set(differing[:1]), dict[Arm, Chosen | str]()
    for arm, is_of_kind in LATER.items():
        step = next((step for step in differing if is_of_kind(*_texts(pairs[step], sides))), None)
        if step is None or step in counted:
            found[arm] = NO_SUCH if step is None else COUNTED
            continue
        counted.add(step)
        history = [*map(int, base.prompt_tokens), *(one for one, _ in pairs[:step])]
        found[arm] = Chosen(step, history, *pairs[step])
    return found


def _texts(tokens: tuple[int, int], sides: tuple[Vocabulary, Vocabulary]) -> tuple[str, str]:
    base, tuned = (token_text(side.tokenizer, token) for side, token in zip(sides, tokens, strict=True))
    return base, tuned
