"""Test every effect against zero, over prompts of each pair and over pairs (rule compare_with_zero)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.factorial.zero_tests import zero_tests_of_pair, zero_tests_of_pairs
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *, cells: list[Path], tests: Path, pairs: list[str], positions: list[int], provenance: Mapping[str, Any]
) -> None:
    """Exact sign tests and Wilcoxon signed-rank tests."""
    frames = {pair: read_table(path, "cells") for pair, path in zip(pairs, cells, strict=True)}
    tables = [zero_tests_of_pair(frame, positions=positions) for frame in frames.values()]
    tables.append(zero_tests_of_pairs(frames, positions=positions))
    write_table(pd.concat(tables, ignore_index=True), tests, "tests", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
