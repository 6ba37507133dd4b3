"""Say what each moved state gains of the missing margin (rule measure_closure)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.closure.gains import closure_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, margins: Path, values: Path, primary: int, provenance: Mapping[str, Any]) -> None:
    """Write the values of every arm, at every boundary and at the registered one."""
    write_table(closure_values(read_table(margins, "moved_margins"), primary), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
