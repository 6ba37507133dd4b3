"""Gather the estimates of the study's null pairs (rule collect_noise_floor)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, parts: list[Path], noise_floor: Path, provenance: Mapping[str, Any]) -> None:
    """Concatenate in the study's order; null pairs are never balanced, since each is another kind of null."""
    tables = [read_table(part, "estimates") for part in parts]
    write_table(pd.concat(tables, ignore_index=True), noise_floor, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
