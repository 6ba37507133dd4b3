"""Refuse a descendant that does not pass its gates (rule check_descendant)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.errors import CheckpointError
from crosspatch.files.atomic import write_text
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind


def check_gates(gates: pd.DataFrame) -> None:
    """CheckpointError, naming gates, values and bars, unless all of a `gates` table are passed."""
    failed = [
        f"{row.gate} is {row.value:.4g}, the recipe asks for at "
        + (f"most {row.most:g}" if pd.isna(row.least) else f"least {row.least:g}")
        for row in gates[~gates["passed"]].itertuples(index=False)
    ]
    if failed:
        raise CheckpointError(
            f"checkpoint {gates['checkpoint'].iloc[0]!r} is refused: its {'; its '.join(failed)}; change how it is "
            "trained, or the bars (recipes/RECIPE/gates)"
        )


def main(*, gates: Path, passed: Path, provenance: Mapping[str, Any]) -> None:
    """Read the gates, which are a table of their own, so that one can look at what was refused."""
    table = read_table(gates, "gates")
    check_gates(table)
    values = dict(zip(table["gate"], table["value"], strict=True))
    write_text(passed, json.dumps({"checkpoint": table["checkpoint"].iloc[0], **values}, indent=2) + "\n")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
