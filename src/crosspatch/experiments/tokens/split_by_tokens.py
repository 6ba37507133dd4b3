"""Split the events by what their tokens are (rule split_by_tokens)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.tokens.kinds_of_events import arms_by_tokens
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, cells: Path, events: Path, arms: Path, rare: int, provenance: Mapping[str, Any]) -> None:
    """Write the pair's own cells at events of each kind of token."""
    split = arms_by_tokens(read_table(cells, "cells"), read_table(events, "events"), rare)
    write_table(split, arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
