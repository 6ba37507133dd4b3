"""Choose example events for the schematic (rule choose_examples)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.divergence.examples import choose_examples
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.tokens import load_tokenizer


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
