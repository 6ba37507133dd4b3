"""Events that a control chooses in other places than the first divergence, and what is known of them without cells."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from crosspatch.errors import PairError
from crosspatch.measures.words import CONTENT, word_class
from crosspatch.models.tokens import token_text
from crosspatch.models.vocabulary import Vocabulary, why_invalid
from crosspatch.records.arms import REFERENCE

HAS_EVENT, AT_LEAST_3, HAS_CONTENT = "has_event", "position_at_least_3", "has_content"
READ_AGAIN = "read_again"
_POSITION: Final = 3  # where arXiv 2605.07284, appendix C, calls an event later than the opening of an answer
_KNOWN: Final = ["prompt_id", "arm", "step", "base_class", "tuned_class", "usable"]
_EVENT: Final = ("step", "context", "base_token", "tuned_token", "base_class", "tuned_class")


class Arm(NamedTuple):
    """An arm of a control, and the arm that pools its events with those of others, if one does."""

    name: str
    pooled: str | None = None


class Chosen(NamedTuple):
    """Where an event is and which two tokens its margin compares."""

    step: int
    context: list[int]
    base_token: int
    tuned_token: int


def selected_row(
    divergence: Any,  # noqa: ANN401 - a row of events
    arm: Arm,
    chosen: Chosen | str,
    sides: tuple[Vocabulary, Vocabulary],
) -> dict[str, Any]:
    """Return the row of `selected_events` for an arm of a prompt; `chosen` is the event, or why there is none.

    divergence: the prompt's row of the first divergences. An event is as valid as they are, by the same checks.
    """
    known = {
        "pair": divergence.pair,
        "event": f"{divergence.prompt_id} {arm.name}",
        "prompt_id": divergence.prompt_id,
        "arm": arm.name,
        "pooled_arm": arm.pooled,
        "category": divergence.category,
        "template": divergence.template,
    }
    if isinstance(chosen, str):
        return known | dict.fromkeys(_EVENT) | {"usable": False, "reason": chosen}
    reason = why_invalid(chosen.context, chosen.base_token, chosen.tuned_token, sides)
    tokens = zip(("base_class", "tuned_class"), sides, (chosen.base_token, chosen.tuned_token), strict=True)
    classes = {name: word_class(token_text(side.tokenizer, token)) for name, side, token in tokens}
    return known | chosen._asdict() | classes | {"usable": reason is None, "reason": reason}


def with_an_event(pair: str, control: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows as a `selected_events` table; PairError if no event of any arm is usable."""
    events = pd.DataFrame(rows)
    if not events["usable"].any():
        reasons = events["reason"].value_counts().to_dict()
        raise PairError(
            f"pair {pair!r}: control {control!r} finds no usable event ({reasons}); leave the control out of the study"
        )
    return events


def pooled(events: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `selected_events`, or what is made of them, once more under the arms that pool them."""
    return events[events["pooled_arm"].notna()].assign(arm=lambda rows: rows["pooled_arm"])


def values_of_events(divergences: pd.DataFrame, events: pd.DataFrame, *, longest: int) -> pd.DataFrame:
    """Return the `control_values` of every arm, of those that pool others, and of the first divergences.

    longest: tokens of a rollout among which the events were looked for, and so are the first divergences here.
    Whether a prompt has an event (1 or 0, at step 0), and of its events whether they are at position 3 or later, and
    whether one of the two tokens is a content word (protocol of arXiv 2605.07284, table C.3).
    """
    seen = divergences.assign(arm=REFERENCE, usable=divergences["usable"] & (divergences["step"] < longest))
    arms = [seen, events, pooled(events)]
    rows = pd.concat([arm[_KNOWN] for arm in arms], ignore_index=True)
    has_event = rows.groupby(["arm", "prompt_id"], sort=False)["usable"].max().astype(float).rename("value")
    usable = rows[rows["usable"].astype(bool)].astype({"step": int})
    content = (usable[["base_class", "tuned_class"]] == CONTENT).any(axis=1)
    described = usable.assign(**{AT_LEAST_3: usable["step"] >= _POSITION, HAS_CONTENT: content})
    key = ["arm", "prompt_id", "step"]
    shares = described.groupby(key, sort=False)[[AT_LEAST_3, HAS_CONTENT]].mean().reset_index()
    long = shares.melt(key, var_name="quantity")
    return value_rows(divergences, [has_event.reset_index().assign(step=0, quantity=HAS_EVENT), long])


def value_rows(divergences: pd.DataFrame, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return parts with arm, prompt_id, step, quantity and value as a `control_values` table without a readout."""
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(pair=divergences["pair"].iloc[0], readout=None, precision=None)
