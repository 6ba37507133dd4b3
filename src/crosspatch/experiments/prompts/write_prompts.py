"""Take the held-out prompts of the miniature world as a prompt set (rule write_prompts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.prompt_tables import check_prompts
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, exam: Path, prompts: Path, provenance: Mapping[str, Any]) -> None:
    """Drop the answers, which no checkpoint may see."""
    table = read_table(exam, "exam").drop(columns="answer").assign(source="data/world")
    write_table(check_prompts(table, origin=str(exam)), prompts, "prompts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
