"""The texts of an event: prompt, shared continuation, the two tokens, and how each rollout went on."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import pandas as pd
from transformers import PreTrainedTokenizerBase

from crosspatch.experiments.findings.event_effects import Elsewhere
from crosspatch.measures.effects import CONTRASTS
from crosspatch.models.tokens import token_text

KEPT = ("pair", "prompt_id", "category", "source", "template", "usable", "reason", "step")
OF_TOKENS = ("base_text", "tuned_text", "base_class", "tuned_class", "base_gap", "tuned_gap")
LISTS = ("margins", "top_texts", "base_ranks", "tuned_ranks")


class Rolled(NamedTuple):
    """What one side's checkpoint said: its rollouts by prompt, and its tokenizer."""

    tokens: pd.Series
    tokenizer: PreTrainedTokenizerBase


def describe_rows(
    events: pd.DataFrame,
    prompts: pd.DataFrame,
    sides: tuple[Rolled, Rolled],
    effects: pd.DataFrame,
    elsewhere: dict[str, Elsewhere],
) -> pd.DataFrame:
    """Return the `described_events` without `boundary`: one row per row of `events`, in their order.

    effects: by prompt, of the prompts with cells: contrasts, `consistent`, `margins`, `top_token`, `base_rank` and
    `tuned_rank`.
    """
    texts = prompts.set_index("prompt_id")["text"]
    rows = []
    for event in events.itertuples(index=False):
        prompt = event.prompt_id
        known = {name: getattr(event, name) for name in (*KEPT, *OF_TOKENS)}
        said = _said(event, sides)
        measured = _measured(effects.loc[prompt], sides[1]) if prompt in effects.index else _unmeasured()
        rows.append(known | {"prompt": texts[prompt]} | said | measured | elsewhere.get(prompt, Elsewhere()).columns())
    return pd.DataFrame(rows)


def _said(event: Any, sides: tuple[Rolled, Rolled]) -> dict[str, str | None]:  # noqa: ANN401 - a row of events
    base, tuned = ([int(token) for token in side.tokens[event.prompt_id]] for side in sides)
    if not (base or tuned):
        return dict.fromkeys(("continuation", "base_went_on", "tuned_went_on"))
    shared = len(list(takewhile(lambda two: two[0] == two[1], zip(base, tuned, strict=False))))
    after = shared if pd.isna(event.step) else shared + 1
    return {
        "continuation": _text(sides[0].tokenizer, base[:shared]),
        "base_went_on": _text(sides[0].tokenizer, base[after:]),
        "tuned_went_on": _text(sides[1].tokenizer, tuned[after:]),
    }


def _measured(row: pd.Series, tuned: Rolled) -> dict[str, Any]:
    return {
        **{name: float(row[name]) for name in CONTRASTS},
        "consistent": bool(row["consistent"]),
        "margins": row["margins"],
        "top_texts": [token_text(tuned.tokenizer, int(token)) for token in row["top_token"]],
        "base_ranks": row["base_rank"],
        "tuned_ranks": row["tuned_rank"],
    }


def _unmeasured() -> dict[str, Any]:
    return dict.fromkeys((*CONTRASTS, "consistent")) | {name: [] for name in LISTS}


def _text(tokenizer: PreTrainedTokenizerBase, tokens: Sequence[int]) -> str:
    return tokenizer.decode(list(tokens), skip_special_tokens=False, clean_up_tokenization_spaces=False)
