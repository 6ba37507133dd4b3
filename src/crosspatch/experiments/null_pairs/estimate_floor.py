"""Estimate of each null pair what a control says of the others (rule estimate_floor)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.values import estimate_each


def main(
    *,
    values: list[Path],
    events: list[Path],
    floor: Path,
    control: str,
    pairs: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Join the values of each null pair; they are never averaged, since each is another kind of null."""
    tables = {
        pair: [read_table(path, "control_values") for path in values if path.parent.name == pair] for pair in pairs
    }
    frames = {pair: pd.concat(own, ignore_index=True) for pair, own in tables.items()}
    clusters = {pair: clusters_of(read_table(path, "events")) for pair, path in zip(pairs, events, strict=True)}
    plan = Plan(control, seed, settings["draws"], settings["level"])
    write_table(estimate_each(frames, clusters, plan), floor, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
