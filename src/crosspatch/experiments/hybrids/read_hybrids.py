"""Let both late stacks read hybrid states in the place of an upstream's own (rule read_hybrids)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.hybrids.hybrid_states import ARMS, arms_with_own_cells, measure_arms
from crosspatch.files.states import open_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.pair import open_pair
from crosspatch.models.engine import with_engine
from crosspatch.records.sides import SIDES


def main(
    *,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    cells: Path,
    arms: Path,
    pair: str,
    controls: Mapping[str, Mapping[str, Any]],
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load one late half after the other; write the cells of every arm of every control, by {control: settings}."""
    opened = open_pair(base, tuned, read_table(events, "events"), placement, batches)
    measured = []
    with open_states(base_states, tuned_states) as states:
        made = [ARMS[control](states, pair, **settings) for control, settings in controls.items()]
        hybrids = {arm: replaced for arms_of_control in made for arm, replaced in arms_of_control.items()}
        for late in SIDES:
            half = opened.late(late, boundary)
            what = (states[late], opened.readouts, opened.events, opened.batches)
            measured.append(measure_arms(half, late, hybrids, *what, device=opened.place.device))
            engine = opened.engine(half)
            del half  # one late half at a time
    table = arms_with_own_cells(read_table(cells, "cells"), pd.concat(measured, ignore_index=True))
    write_table(table, arms, "control_cells", with_engine(provenance, engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
