"""Split the events into named groups of prompts (rule split_by_prompts)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosspatch.experiments.descendants.slices import arms_by_prompts
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *, cells: Path, events: Path, arms: Path, groups: Mapping[str, Sequence[str]], provenance: Mapping[str, Any]
) -> None:
    """Write the pair's own cells at the prompts of each group."""
    split = arms_by_prompts(read_table(cells, "cells"), read_table(events, "events"), groups)
    write_table(split, arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
