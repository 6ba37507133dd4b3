"""Take a CSV of one's own as a prompt set (rule adopt_prompts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.prompt_tables import read_prompt_table
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(*, table: Path, prompts: Path, provenance: Mapping[str, Any]) -> None:
    """Check the CSV and write it as a prompt set."""
    write_table(read_prompt_table(table), prompts, "prompts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
