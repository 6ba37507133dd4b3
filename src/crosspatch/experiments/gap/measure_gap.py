"""Compare readings of one history, and of own ones, prompt by prompt (rule measure_gap)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.gap.blocks import block_cosines, block_readings
from crosspatch.experiments.gap.comparisons import COUNTED
from crosspatch.experiments.gap.gap_values import gap_values, prompt_means
from crosspatch.experiments.gap.settling import settled_blocks, settled_counts
from crosspatch.experiments.gap.written import written_means, written_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.histories import LENSES, Reading


def main(
    *,
    readings: list[Path],
    writes: list[Path],
    values: Path,
    settled: Path,
    pair: str,
    from_steps: Sequence[int],
    provenance: Mapping[str, Any],
) -> None:
    """Average each reading over its steps, one table in memory at a time, then take differences."""
    means, cosines, counts = {}, {}, []
    for path, written in zip(readings, writes, strict=True):
        table, states = read_table(path, "readings"), read_table(written, "read_writes")
        reading = Reading(path.parent.name, path.stem)
        cosines[reading] = written_means(states)
        for lens in LENSES:
            read = block_readings(table, lens)
            blocks = settled_blocks(read, block_cosines(states, read))
            means[reading, lens] = prompt_means(read, blocks, from_steps)
            about = {"pair": pair, "reader": reading.reader, "teacher": reading.teacher, "lens": lens}
            if reading in COUNTED:
                counts += [rows.assign(**about) for rows in settled_counts(blocks, read.prompts)]
    write_table(pd.concat(counts, ignore_index=True), settled, "settled_counts", provenance)
    found = pd.concat([gap_values(means, pair), written_values(cosines, pair)], ignore_index=True)
    write_table(found, values, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
