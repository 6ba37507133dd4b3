"""Say how many directions suffice at every boundary, and how closures of prompts lie (rule count_directions)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.closure.counts import count_rows, ratio_rows
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan


def main(
    *,
    margins: list[Path],
    ratios: Path,
    counts: Path,
    directions: list[int],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Write both tables of all pairs, each by itself."""
    plan, tables = Plan("closure", seed, settings["draws"], settings["level"]), []
    for path in margins:
        moved = read_table(path, "moved_margins")
        tables.append((ratio_rows(moved), count_rows(moved, directions, plan)))
    of_prompts, of_directions = (pd.concat(found, ignore_index=True) for found in zip(*tables, strict=True))
    write_table(of_prompts, ratios, "closure_ratios", provenance)
    write_table(of_directions, counts, "closure_counts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
