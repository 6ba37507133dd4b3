"""Count what became of every prompt of every pair (rule count_events)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.divergence.event_counts import count_events
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, events: list[Path], cells: list[Path], counts: Path, provenance: Mapping[str, Any]) -> None:
    """One row per pair."""
    rows = [
        count_events(read_table(found, "events"), read_table(measured, "cells"))
        for found, measured in zip(events, cells, strict=True)
    ]
    write_table(pd.DataFrame(rows), counts, "event_counts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
