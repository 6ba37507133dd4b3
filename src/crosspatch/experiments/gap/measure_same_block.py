"""Average how far two readers are apart after the same block, prompt by prompt (rule measure_same_block)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.gap.same_block import same_block_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.control_values import as_values


def main(*, same_block: list[Path], values: Path, pair: str, provenance: Mapping[str, Any]) -> None:
    """Reduce the tables of all teachers."""
    parts = [rows for path in same_block for rows in same_block_values(read_table(path, "same_block"), path.stem)]
    write_table(as_values(parts, pair), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
