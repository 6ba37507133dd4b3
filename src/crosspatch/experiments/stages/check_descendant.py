"""Refuse a descendant that does not pass its gates (rule check_descendant)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.gates import check_gates
from crosspatch.files.atomic import write_text
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind


def main(*, gates: Path, passed: Path, provenance: Mapping[str, Any]) -> None:
    """Read the gates, which are a table of their own, so that one can look at what was refused."""
    table = read_table(gates, "gates")
    check_gates(table)
    values = dict(zip(table["gate"], table["value"], strict=True))
    write_text(passed, json.dumps({"checkpoint": table["checkpoint"].iloc[0], **values}, indent=2) + "\n")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
