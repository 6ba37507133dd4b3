"""Choose example events for the schematic (rule choose_examples)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedTokenizerBase

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.tokens import load_tokenizer


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


def main(
    *,
    events: list[Path],
    manifests: list[Path],
    prompts: Path,
    examples: Path,
    pairs: list[str],
    provenance: Mapping[str, Any],
) -> None:
    """One event of each category, with its prompt and the text that both checkpoints share."""
    tables = pd.concat([read_table(path, "events") for path in events], ignore_index=True)
    folders = [open_checkpoint(path).folder for path in manifests]
    tokenizers = {pair: load_tokenizer(folder) for pair, folder in zip(pairs, folders, strict=True)}
    write_table(choose_examples(tables, read_table(prompts, "prompts"), tokenizers), examples, "examples", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
