"""A few events with the words around them."""

from collections.abc import Mapping

import pandas as pd
from transformers import PreTrainedTokenizerBase


def choose_examples(
    events: pd.DataFrame, prompts: pd.DataFrame, tokenizers: Mapping[str, PreTrainedTokenizerBase]
) -> pd.DataFrame:
    """Return one event of each category: the one whose position is the category's median, ties by prompt id.

    `events` joins events tables; `tokenizers` are by pair. The choice looks at positions only, not at margins.
    """
    usable = events[events["usable"]].merge(prompts[["prompt_id", "text"]], on="prompt_id")
    chosen = [_median_event(rows) for _, rows in usable.groupby("category", sort=False)]
    return pd.DataFrame([_example(event, tokenizers[event["pair"]]) for event in chosen])


def _median_event(rows: pd.DataFrame) -> pd.Series:
    ordered = rows.sort_values(["step", "prompt_id", "pair"])
    return ordered.iloc[len(ordered) // 2]


def _example(event: pd.Series, tokenizer: PreTrainedTokenizerBase) -> dict[str, object]:
    shared = list(event["context"])[int(event["n_prompt_tokens"]) :]
    return {
        "pair": event["pair"],
        "prompt_id": event["prompt_id"],
        "category": event["category"],
        "step": int(event["step"]),
        "prompt": event["text"],
        "continuation": tokenizer.decode(shared, clean_up_tokenization_spaces=False),
        "base_text": event["base_text"],
        "tuned_text": event["tuned_text"],
    }
