"""Measure the crossed cells, and how far the two states are apart, at every boundary (rule sweep_boundaries)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.depth.boundaries import (
    arms_by_boundary,
    depth_arms,
    relative_depths,
    swept_boundaries,
    values_by_boundary,
)
from crosspatch.experiments.depth.distances import measure_distances
from crosspatch.experiments.depth.sweep import capture_every_boundary, measure_crossed_cells
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import Batch, plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.measures.states import States
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import check_boundary, load_late_halves, load_upstream
from crosspatch.models.loading import Placement
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    base: Path,
    tuned: Path,
    cells: Path,
    events: Path,
    arms: Path,
    depths: Path,
    distances: Path,
    boundary: int,
    sweep: Mapping[str, Any],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Keep both upstreams' states at all boundaries; then read each side's with the other's late stacks."""
    table, own, place = read_table(events, "events"), read_table(cells, "cells"), Placement(**placement)
    usable = table[table["usable"]]
    planned = plan_batches(usable["context"].map(len).tolist(), **batches)
    folders = {"base": open_checkpoint(base).folder, "tuned": open_checkpoint(tuned).folder}
    blocks = check_boundary(folders["base"], boundary)
    swept = swept_boundaries(blocks, boundary, **sweep)
    captured = {
        side: capture_every_boundary(
            load_upstream(folder, swept[-1], place), swept, usable, planned, device=place.device
        )
        for side, folder in folders.items()
    }
    states = {one: {side: captured[side][one] for side in folders} for one in swept}
    crossed, engine = _crossed(folders, states, usable, planned, place)
    made = with_engine(provenance, engine | {"batches": dict(batches)})
    named = depth_arms(swept, blocks, sweep["terminal"])
    write_table(arms_by_boundary(own, crossed, named), arms, "control_cells", made)
    write_table(relative_depths(usable, named, blocks, boundary), depths, "control_values", made)
    apart = values_by_boundary(measure_distances(states, usable), str(own["pair"].iloc[0]), named)
    write_table(apart, distances, "control_values", made)


def _crossed(
    folders: Mapping[str, Path],
    states: Mapping[int, Mapping[str, States]],
    usable: pd.DataFrame,
    planned: list[Batch],
    place: Placement,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Run one side's late halves after the other's; return the crossed cells, and what ran them."""
    readouts = {side: load_readout(folder, load_tokenizer(folder), place) for side, folder in folders.items()}
    tables, engine = [], {}
    for side, folder in folders.items():
        halves = load_late_halves(folder, list(states), place)
        engine = engine_of(halves[min(halves)])
        tables.append(measure_crossed_cells(halves, side, states, readouts, usable, planned, device=place.device))
        del halves
    return pd.concat(tables, ignore_index=True), engine


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
