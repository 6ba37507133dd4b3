"""Put the predictions of two readers after the same block side by side (rule compare_readers)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.histories.side_by_side import same_blocks
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.lens import open_reader
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement
from crosspatch.records.sides import BASE, TUNED


def main(
    *,
    base: Path,
    tuned: Path,
    base_lens: Path,
    tuned_lens: Path,
    histories: list[Path],
    same_block: list[Path],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load both checkpoints; write a table per teacher, in the order of the histories."""
    place = Placement(**placement)
    files = {BASE: (base, base_lens), TUNED: (tuned, tuned_lens)}
    readers = {side: open_reader(manifest, lens, place) for side, (manifest, lens) in files.items()}
    made = with_engine(provenance, engine_of(readers[TUNED].model, batches))
    for history, rows in zip(histories, same_block, strict=True):
        write_table(same_blocks(readers, read_table(history, "histories"), batches), rows, "same_block", made)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
