"""Which events of a support every stage of a lineage can read; no weights."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from crosspatch.models.tokens import real_token_mask
from crosspatch.models.vocabulary import Vocabulary, why_invalid

NOT_CHOOSABLE: Final = "a token of the event is no real token of the checkpoint"


def readable_events(events: pd.DataFrame, stages: Mapping[str, Vocabulary]) -> pd.DataFrame:
    """Return the `stage_events` table of a support: of each usable event, whether every stage can read it.

    stages: vocabularies by checkpoint, the first stage first. Where one cannot, the first that cannot is named with
    the reason: a token outside its vocabulary, one that it decodes to another text than the first stage does, or one
    of the event's two that it can never choose.
    """
    choosable = {
        name: set(real_token_mask(one.tokenizer, one.size).nonzero()[:, 0].tolist()) for name, one in stages.items()
    }
    first = next(iter(stages.values()))
    rows = []
    for event in events[events["usable"]].itertuples():
        two = (int(event.base_token), int(event.tuned_token))
        context = [*map(int, event.context)]
        reasons = {
            name: why_invalid(context, *two, (first, words)) or (None if {*two} <= choosable[name] else NOT_CHOOSABLE)
            for name, words in stages.items()
        }
        known = {"pair": event.pair, "prompt_id": event.prompt_id}
        checkpoint = next((name for name, reason in reasons.items() if reason is not None), None)
        why = None if checkpoint is None else reasons[checkpoint]
        rows.append(known | {"readable": checkpoint is None, "checkpoint": checkpoint, "reason": why})
    return pd.DataFrame(rows)


def events_to_run(events: pd.DataFrame, readable: pd.DataFrame) -> pd.DataFrame:
    """Return the usable events of a support, with tokens that not every stage can read replaced by token 0.

    So batches are those of the pair's own cells, row by row of one length, and a row that can be read has the same bits
    in both. What is measured at the others is dropped by `only_readable`.
    """
    usable = events[events["usable"]]
    kept = usable["prompt_id"].isin(_prompts(readable)).tolist()
    contexts = [list(own) if keep else [0] * len(own) for own, keep in zip(usable["context"], kept, strict=True)]
    two = {name: usable[name].where(kept, 0) for name in ("base_token", "tuned_token")}
    return usable.assign(context=pd.Series(contexts, index=usable.index, dtype=object), **two)


def only_readable(cells: pd.DataFrame, readable: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of events that every stage can read."""
    kept: pd.DataFrame = cells[cells["prompt_id"].isin(_prompts(readable))].reset_index(drop=True)
    return kept


def _prompts(readable: pd.DataFrame) -> set[str]:
    return set(readable.loc[readable["readable"], "prompt_id"])
