"""Run one side's late half on both sides' boundary states: two of the four cells (rule measure_cells)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.states import StateFile
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.jobs.cells import measure_late_cells
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import load_late
from crosspatch.models.loading import Placement
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    cells: Path,
    late: str,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load blocks boundary..n-1 of one side and both readouts; write two cells per event and readout."""
    table = read_table(events, "events")
    usable = table[table["usable"]]
    place = Placement(**placement)
    folders = {"base": open_checkpoint(base).folder, "tuned": open_checkpoint(tuned).folder}
    readouts = {side: load_readout(folder, load_tokenizer(folder), place) for side, folder in folders.items()}
    half = load_late(folders[late], boundary, place)
    with StateFile(base_states) as from_base, StateFile(tuned_states) as from_tuned:
        measured = measure_late_cells(
            half,
            late,
            {"base": from_base, "tuned": from_tuned},
            readouts,
            usable,
            plan_batches(usable["context"].map(len).tolist(), **batches),
            device=place.device,
        )
    write_table(measured, cells, "late_cells", with_engine(provenance, engine_of(half, batches)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
