"""Set aside events that hang on a rounding (rule drop_near_ties)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.tokens.kinds_of_events import arms_by_consistency
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, cells: Path, events: Path, arms: Path, gaps: list[float], provenance: Mapping[str, Any]) -> None:
    """Write the pair's own cells at events that both checkpoints pick again, and at those without near-ties."""
    split = arms_by_consistency(read_table(cells, "cells"), read_table(events, "events"), gaps)
    write_table(split, arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
