"""Express the cells in odds and probabilities (rule change_scale)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.tokens.kinds_of_events import arms_by_scale
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, cells: Path, arms: Path, provenance: Mapping[str, Any]) -> None:
    """Write the pair's own cells with another scale in the place of the margin."""
    write_table(arms_by_scale(read_table(cells, "cells")), arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
