"""Take the support prompts of a corpus as a prompt set (rule take_support)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, support: Path, prompts: Path, provenance: Mapping[str, Any]) -> None:
    """Write the prompts under the name that the study has for them."""
    write_table(read_table(support, "prompts"), prompts, "prompts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
