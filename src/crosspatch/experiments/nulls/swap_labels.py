"""Flip the labels of the two tokens by fair coins (rule swap_labels)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.label_swap import CONTROL, count_nulls, estimate_label_swap, swap_labels
from crosspatch.statistics.plan import Plan


def main(
    *,
    cells: list[Path],
    estimates: Path,
    counts: Path,
    pairs: list[str],
    balanced: list[str],
    seed: int,
    settings: Mapping[str, Any],
    statistics: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Write where the mean interaction of every scope stands in its null, and histograms of the nulls."""
    frames = {pair: read_table(path, "cells") for pair, path in zip(pairs, cells, strict=True)}
    nulls = swap_labels(frames, balanced, Plan(CONTROL, seed, settings["flips"], statistics["level"]))
    write_table(estimate_label_swap(nulls, statistics["level"]), estimates, "estimates", provenance)
    write_table(count_nulls(nulls), counts, "null_counts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
