"""Train the tokenizer that all miniatures of a recipe share (rule train_tokenizer)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.atomic import whole_files
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.models.miniature.tokenizer import train_tokenizer


def main(
    *, documents: Path, instructions: Path, tokenizer: Path, vocabulary: int, provenance: Mapping[str, Any]
) -> None:
    """Train on web documents and instruction pairs and save beside `tokenizer` (tokenizer.json)."""
    pairs = read_table(instructions, "instructions")
    texts = [*read_table(documents, "documents")["text"], *(pairs["prompt"] + pairs["response"])]
    with whole_files(tokenizer.parent) as scratch:
        train_tokenizer(texts, vocabulary=vocabulary).save_pretrained(scratch)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
