"""Gather the estimates of all pairs and of their balance in one tidy table (rule collect_effects)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, parts: list[Path], effects: Path, provenance: Mapping[str, Any]) -> None:
    """Concatenate, pairs in the study's order, the balanced scopes last."""
    tables = [read_table(part, "estimates") for part in parts]
    write_table(pd.concat(tables, ignore_index=True), effects, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
