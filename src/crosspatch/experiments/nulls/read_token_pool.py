"""Read the logits of all event tokens of a pair in all four cells (rule read_token_pool)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.nulls.token_pool import read_token_pool
from crosspatch.files.states import open_states
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.pair import open_pair
from crosspatch.models.engine import with_engine
from crosspatch.records.sides import SIDES, TUNED


def main(
    *,
    verified: Path,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    pool: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load one side's late half after the other's, with the tuned readout; write four rows of logits per event."""
    opened = open_pair(base, tuned, read_table(events, "events"), placement, batches)
    what = (opened.readouts[TUNED], opened.events, opened.batches)
    tables = []
    with open_states(base_states, tuned_states) as states:
        for late in SIDES:
            half = opened.late(late, boundary)
            tables.append(read_token_pool(half, late, states, *what, device=opened.place.device))
            engine = opened.engine(half)
            del half  # one late half at a time
    write_table(pd.concat(tables, ignore_index=True), pool, "token_pool", with_engine(provenance, engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
