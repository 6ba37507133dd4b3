"""Let one reader read the histories of every teacher, at all blocks and under both lenses (rule read_histories)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.histories.readings import read_histories
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.lens import open_reader
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement


def main(
    *,
    checkpoint: Path,
    lens: Path,
    histories: list[Path],
    readings: list[Path],
    writes: list[Path],
    mode: str,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load the whole checkpoint once; write two tables per teacher, in the order of the histories."""
    reader = open_reader(checkpoint, lens, Placement(**placement))
    made = with_engine(provenance, engine_of(reader.model, batches))
    for history, reading, write in zip(histories, readings, writes, strict=True):
        table = read_table(history, "histories")
        read, written = read_histories(reader.model, reader.lens_readout, table, mode=mode, batches=batches)
        write_table(read, reading, "readings", made)
        write_table(written, write, "read_writes", made)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
