"""Measure the four cells at the events that a control selected (rule measure_selected)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from crosspatch.experiments.selection.selected_cells import measure_selected_events
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.pair import open_pair
from crosspatch.models.engine import with_engine
from crosspatch.records.sides import TUNED


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
    opened = open_pair(base, tuned, read_table(events, "selected_events"), placement, batches)
    engines: dict[str, dict[str, Any]] = {}

    def late(side: str) -> nn.Module:
        half = opened.late(side, boundary)
        engines[side] = opened.engine(half)
        return half

    cells = measure_selected_events(
        lambda side: opened.upstream(side, boundary),
        late,
        opened.readouts,
        opened.events,
        opened.batches,
        device=opened.place.device,
    )
    write_table(cells, arms, "control_cells", with_engine(provenance, engines[TUNED]) if engines else provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
