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
from crosspatch.experiments.depth.sweep import measure_crossed_cells
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.boundaries import capture_every_boundary
from crosspatch.jobs.pair import OpenedPair, open_pair
from crosspatch.measures.states import States
from crosspatch.models.engine import with_engine
from crosspatch.models.halves import check_boundary, load_late_halves
from crosspatch.records.sides import BASE, SIDES


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
    own, opened = read_table(cells, "cells"), open_pair(base, tuned, read_table(events, "events"), placement, batches)
    usable, device = opened.events, opened.place.device
    blocks = check_boundary(opened.folders[BASE], boundary)
    swept = swept_boundaries(blocks, boundary, **sweep)
    captured = {
        side: capture_every_boundary(opened.upstream(side, swept[-1]), swept, usable, opened.batches, device=device)
        for side in SIDES
    }
    states = {one: {side: captured[side][one] for side in SIDES} for one in swept}
    crossed, engine = _crossed(opened, states)
    made = with_engine(provenance, engine)
    named = depth_arms(swept, blocks, sweep["terminal"])
    write_table(arms_by_boundary(own, crossed, named), arms, "control_cells", made)
    write_table(relative_depths(usable, named, blocks, boundary), depths, "control_values", made)
    apart = values_by_boundary(measure_distances(states, usable), str(own["pair"].iloc[0]), named)
    write_table(apart, distances, "control_values", made)


def _crossed(opened: OpenedPair, states: Mapping[int, Mapping[str, States]]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Run one side's late halves after the other's; return the crossed cells, and what ran them."""
    what = (states, opened.readouts, opened.events, opened.batches)
    tables, engine = [], {}
    for side, folder in opened.folders.items():
        halves = load_late_halves(folder, list(states), opened.place)
        engine = opened.engine(halves[min(halves)])
        tables.append(measure_crossed_cells(halves, side, *what, device=opened.place.device))
        del halves
    return pd.concat(tables, ignore_index=True), engine


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
