"""Compare readings at equal endpoints, and say how good each match is (rule match_endpoints)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.gap.comparisons import COMPARISONS
from crosspatch.experiments.gap.endpoints import COVARIATES, endpoint_rows
from crosspatch.experiments.gap.matched_estimates import MATCHED, NAMES, estimate_matched, quality_rows
from crosspatch.experiments.gap.matching import Pooled, pooled
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.histories import Reading
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import clusters_of


def rows_of_pair(files: Mapping[Reading, Path]) -> dict[str, Pooled]:
    """Return the steps of each comparison of one pair in one heap; a reading is read once."""
    wanted = dict.fromkeys(reading for compared in MATCHED for reading in COMPARISONS[compared])
    read = {reading: endpoint_rows(read_table(files[reading], "readings")) for reading in wanted}
    return {
        compared: pooled(*(read[reading] for reading in COMPARISONS[compared]), COVARIATES, NAMES)
        for compared in MATCHED
    }


def main(
    *,
    readings: list[Path],
    events: list[Path],
    estimates: Path,
    quality: Path,
    control: str,
    pairs: list[str],
    balanced: list[str],
    seed: int,
    level: float,
    draws: int,
    bars: Mapping[str, float],
    provenance: Mapping[str, Any],
) -> None:
    """Match the steps of every pair; pairs whose match is not good enough are in the table of quality only."""
    files: dict[str, dict[Reading, Path]] = {pair: {} for pair in pairs}
    for path in readings:
        files[path.parent.parent.name][Reading(path.parent.name, path.stem)] = path
    rows = {pair: rows_of_pair(files[pair]) for pair in pairs}
    found = [
        row
        for pair in pairs
        for compared in MATCHED
        for row in quality_rows(pair, compared, rows[pair][compared], bars)
    ]
    table = pd.DataFrame(found)
    write_table(table, quality, "match_quality", provenance)
    clusters = {pair: clusters_of(read_table(path, "events")) for pair, path in zip(pairs, events, strict=True)}
    passed = table.set_index(["pair", "compared", "weighing"])["passed"].to_dict()
    matched = estimate_matched(rows, clusters, passed, balanced, Plan(control, seed, draws, level))
    write_table(matched, estimates, "estimates", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
