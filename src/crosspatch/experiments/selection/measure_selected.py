"""Measure the four cells at the events that a control selected (rule measure_selected)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from crosspatch.experiments.selection.selected_cells import measure_selected_events
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import Placement
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    base: Path,
    tuned: Path,
    events: Path,
    arms: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load one half after the other, of both sides; write the cells of every arm and of those that pool others."""
    table = read_table(events, "selected_events")
    usable = table[table["usable"]]
    place = Placement(**placement)
    folders = {"base": open_checkpoint(base).folder, "tuned": open_checkpoint(tuned).folder}
    readouts = {side: load_readout(folder, load_tokenizer(folder), place) for side, folder in folders.items()}
    engines: dict[str, dict[str, Any]] = {}

    def late(side: str) -> nn.Module:
        half = load_late(folders[side], boundary, place)
        engines[side] = engine_of(half, batches)
        return half

    cells = measure_selected_events(
        lambda side: load_upstream(folders[side], boundary, place),
        late,
        readouts,
        usable,
        plan_batches(usable["context"].map(len).tolist(), **batches),
        device=place.device,
    )
    write_table(cells, arms, "control_cells", with_engine(provenance, engines["tuned"]))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
