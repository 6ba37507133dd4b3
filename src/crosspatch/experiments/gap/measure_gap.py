"""Compare readings of one history, and of own ones, prompt by prompt (rule measure_gap)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosspatch.experiments.gap.blocks import block_readings
from crosspatch.experiments.gap.comparisons import gap_values, prompt_means
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.histories import LENSES, Reading


def main(
    *,
    readings: list[Path],
    values: Path,
    pair: str,
    from_steps: Sequence[int],
    provenance: Mapping[str, Any],
) -> None:
    """Average each reading over its steps, one table in memory at a time, then take differences."""
    means = {}
    for path in readings:
        table, reading = read_table(path, "readings"), Reading(path.parent.name, path.stem)
        for lens in LENSES:
            means[reading, lens] = prompt_means(block_readings(table, lens), from_steps)
    write_table(gap_values(means, pair), values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
