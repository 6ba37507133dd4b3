"""Compare readings to other ends and through the other's lens, prompt by prompt (rule measure_varied_gap)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.gap.varied_gaps import plain_steps, varied_steps, varied_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.histories import Reading


def main(*, readings: list[Path], varied: list[Path], values: Path, pair: str, provenance: Mapping[str, Any]) -> None:
    """Reduce each table to regions of its steps, one in memory at a time."""
    plain = {_reading(path): plain_steps(read_table(path, "readings")) for path in readings}
    other = {_reading(path): varied_steps(read_table(path, "varied_readings")) for path in varied}
    write_table(varied_values(plain, other, pair), values, "control_values", provenance)


def _reading(path: Path) -> Reading:
    return Reading(path.parent.name, path.stem)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
