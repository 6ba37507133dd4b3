"""What is scored after an event's history: four continuations, each a first token and a tail."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from crosspatch.errors import PairError
from crosspatch.experiments.continuations.names import CANDIDATES, FORCED, SHUFFLED
from crosspatch.models.vocabulary import Vocabulary, why_not_shared
from crosspatch.records.sides import BASE, TUNED
from crosspatch.statistics.seeds import seed_of

NO_OTHER: Final = "no other prompt of its category and class of token"
NOT_WRITTEN: Final = "the base has no room to go on from the tuned token"


@dataclass(frozen=True)
class Ends:
    """Tokens after which, and tokens up to which, a continuation counts."""

    stops: frozenset[int]
    special: frozenset[int]

    def reach(self, tokens: Sequence[int]) -> int:
        """Return the last place that counts, -1 if none: up to the first stop token, before any other special one."""
        for place, token in enumerate(tokens):
            if token in self.stops:
                return place
            if token in self.special:
                return place - 1
        return len(tokens) - 1


def ends_of(sides: tuple[Vocabulary, Vocabulary]) -> Ends:
    """Return the stop tokens of both sides, and the special tokens of both tokenizers."""
    special = frozenset(token for side in sides for token in side.tokenizer.all_special_ids)
    return Ends(sides[0].stops | sides[1].stops, special)


def tails_of(events: pd.DataFrame, rollouts: pd.DataFrame, side: str, most: int) -> dict[str, list[int]]:
    """Return what a checkpoint wrote from its token of each usable event on, of `most` tokens after that one at most.

    PairError if the rollouts are not those that the events were found in.
    """
    written = rollouts.set_index("prompt_id")["tokens"]
    found = {}
    for event in events[events["usable"]].itertuples():
        tokens = [*map(int, written.get(event.prompt_id, ()))][int(event.step) : int(event.step) + most + 1]
        if not tokens or tokens[0] != getattr(event, f"{side}_token"):
            raise PairError(
                f"pair {event.pair!r}, prompt {event.prompt_id!r}: the {side} rollout does not go on with the event's "
                "token; delete the pair's events and run again"
            )
        found[event.prompt_id] = tokens
    return found


def other_prompts(events: pd.DataFrame) -> dict[str, str]:
    """Return by prompt another one of its category and class of tuned token: the next of a ring in the order of hashes.

    Prompts that are alone have none (table F.2 takes the next of a ring as well).
    """
    rings: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for event in events[events["usable"]].itertuples():
        rings[event.category, event.tuned_class].append(event.prompt_id)
    found = {}
    for ring in rings.values():
        ordered = sorted(ring, key=lambda name: seed_of("continuations", name))
        found.update(zip(ordered, [*ordered[1:], ordered[0]], strict=True))
    return {name: other for name, other in found.items() if name != other}


def candidates_of(
    events: pd.DataFrame,
    written: Mapping[str, Mapping[str, list[int]]],
    sides: tuple[Vocabulary, Vocabulary],
) -> pd.DataFrame:
    """Return the `continuations` table: every candidate of every usable event, with its reach, or why there is none.

    written: by side, `tails_of` it; of FORCED, what the base wrote after the tuned token, where it could. A tail that
    does not mean the same to both sides has a reason and no reach.
    """
    ends, others = ends_of(sides), other_prompts(events)
    rows = []
    for event in events[events["usable"]].itertuples():
        name = event.prompt_id
        first = written[TUNED][name][:1]
        tokens: dict[str, list[int] | None] = {
            TUNED: written[TUNED][name],
            BASE: written[BASE][name],
            FORCED: [*first, *written[FORCED][name]] if name in written[FORCED] else None,
            SHUFFLED: [*first, *written[TUNED][others[name]][1:]] if name in others else None,
        }
        known = {"pair": event.pair, "prompt_id": name, "context": [*map(int, event.context)]}
        rows += [known | row for row in _candidates(tokens, sides, ends)]
    return pd.DataFrame(rows)


def _candidates(
    tokens: Mapping[str, list[int] | None], sides: tuple[Vocabulary, Vocabulary], ends: Ends
) -> Iterator[dict[str, Any]]:
    for candidate in CANDIDATES:
        own = tokens[candidate]
        if own is None:
            yield {"candidate": candidate, "tokens": [], "reach": -1, "reason": _absent(candidate)}
        else:
            reason = why_not_shared(set(own), sides)
            reach = -1 if reason else ends.reach(own)
            yield {"candidate": candidate, "tokens": own, "reach": reach, "reason": reason}


def _absent(candidate: str) -> str:
    return {FORCED: NOT_WRITTEN, SHUFFLED: NO_OTHER}[candidate]
