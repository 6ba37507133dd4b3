"""First divergences of a pair: two rollout tables in, one event table out, no model."""

from typing import Any, NamedTuple

import pandas as pd

from crosspatch.errors import PairError
from crosspatch.measures.divergence import first_difference
from crosspatch.measures.words import opens_assistant_turn, word_class
from crosspatch.models.tokens import token_text
from crosspatch.models.vocabulary import Vocabulary, why_invalid

NO_DIVERGENCE = "no divergence within the rollouts"
ONE_SIDE_STOPPED = "one side stopped at a token that does not stop the other"


class _Both(NamedTuple):
    prompt: Any
    base: Any
    tuned: Any


def find_first_divergences(
    pair: str, prompts: pd.DataFrame, base: pd.DataFrame, tuned: pd.DataFrame, *, sides: tuple[Vocabulary, Vocabulary]
) -> pd.DataFrame:
    """Return one event row per prompt; a prompt without a usable event has the reason.

    Same history up to the event is guaranteed, because both greedy rollouts agree up to it (arXiv 2605.07284,
    finding the first divergence). Raises PairError if no prompt has a usable event.
    """
    merged = _merged(prompts, base, tuned, pair)
    events = pd.DataFrame([_event_row(pair, both, sides) for both in merged])
    if not events["usable"].any():
        reasons = events["reason"].value_counts().to_dict()
        raise PairError(
            f"pair {pair!r}: no usable event in {len(events)} prompts ({reasons}); check that tuned descends from base"
        )
    return events


def _merged(prompts: pd.DataFrame, base: pd.DataFrame, tuned: pd.DataFrame, pair: str) -> list[_Both]:
    for side, rollouts in (("base", base), ("tuned", tuned)):
        if list(rollouts["prompt_id"]) != list(prompts["prompt_id"]):
            raise PairError(f"pair {pair!r}: the {side} rollouts are not of this prompt set; delete them and run again")
    rows = (frame.itertuples(index=False) for frame in (prompts, base, tuned))
    return [_Both(*three) for three in zip(*rows, strict=True)]


def _event_row(pair: str, both: _Both, sides: tuple[Vocabulary, Vocabulary]) -> dict[str, Any]:
    prompt, base, tuned = both
    known = {
        "pair": pair,
        "prompt_id": prompt.prompt_id,
        "category": prompt.category,
        "source": prompt.source,
        "template": prompt.template,
    }
    unknown = dict.fromkeys(_EVENT_COLUMNS)
    failures = [failure for failure in (base.failure, tuned.failure) if isinstance(failure, str)]
    if failures:
        return known | unknown | {"usable": False, "reason": failures[0]}
    if list(base.prompt_tokens) != list(tuned.prompt_tokens):
        raise PairError(
            f"pair {pair!r}, prompt {prompt.prompt_id!r}: base and tuned encode the prompt differently "
            f"({list(base.prompt_tokens)} and {list(tuned.prompt_tokens)}); the pair shares no history to compare on"
        )
    step = first_difference([*map(int, base.tokens)], [*map(int, tuned.tokens)])
    if step is None:
        reason = NO_DIVERGENCE if len(base.tokens) == len(tuned.tokens) else ONE_SIDE_STOPPED
        return known | unknown | {"usable": False, "reason": reason}
    described = _described(both, step, sides)
    reason = why_invalid(described["context"], described["base_token"], described["tuned_token"], sides)
    return known | described | {"usable": reason is None, "reason": reason}


def _described(both: _Both, step: int, sides: tuple[Vocabulary, Vocabulary]) -> dict[str, Any]:
    base_side, tuned_side = sides
    base_token, tuned_token = int(both.base.tokens[step]), int(both.tuned.tokens[step])
    base_text, tuned_text = token_text(base_side.tokenizer, base_token), token_text(tuned_side.tokenizer, tuned_token)
    return {
        "step": step,
        "n_prompt_tokens": len(both.base.prompt_tokens),
        "context": [*map(int, both.base.prompt_tokens), *map(int, both.base.tokens[:step])],
        "base_token": base_token,
        "tuned_token": tuned_token,
        "base_text": base_text,
        "tuned_text": tuned_text,
        "base_class": word_class(base_text),
        "tuned_class": word_class(tuned_text),
        "assistant_marker": opens_assistant_turn(tuned_text),
        "base_stops": base_token in base_side.stops,
        "tuned_stops": tuned_token in tuned_side.stops,
        "base_gap": float(both.base.gaps[step]),
        "tuned_gap": float(both.tuned.gaps[step]),
    }


_EVENT_COLUMNS = """
    step n_prompt_tokens context base_token tuned_token base_text tuned_text base_class tuned_class
    assistant_marker base_stops tuned_stops base_gap tuned_gap
""".split()
