"""Estimate the closures of each null pair as those of the others (rule estimate_closure_floor)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of
from crosspatch.statistics.values import estimate_each


def main(
    *,
    values: list[Path],
    events: list[Path],
    closure_floor: Path,
    pairs: list[str],
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Write the estimates of each null pair; they are never averaged, since each is another kind of null."""
    frames = {pair: read_table(path, "control_values") for pair, path in zip(pairs, values, strict=True)}
    clusters = {pair: clusters_of(read_table(path, "events")) for pair, path in zip(pairs, events, strict=True)}
    plan = Plan("closure", seed, settings["draws"], settings["level"])
    write_table(estimate_each(frames, clusters, plan), closure_floor, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
