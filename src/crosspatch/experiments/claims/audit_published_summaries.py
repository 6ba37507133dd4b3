"""Take the means and intervals of the authors' summaries again (rule audit_published_summaries)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.claims.summary_estimates import gap_rows, random_control_rows, window_rows
from crosspatch.files.published_summaries import read_gap_by_block, read_random_control, read_window_effects
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind
from crosspatch.statistics.plan import Plan


def main(
    *,
    random_control: Path,
    gap_by_block: Path,
    window_effects: Path,
    summaries: Path,
    seed: int,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Means by prompt of the random control, means by block behind the gap, and effects by family of the windows."""
    plan = Plan("published summaries", seed, settings["draws"], settings["level"])
    rows = [
        random_control_rows(read_random_control(random_control), plan),
        gap_rows(read_gap_by_block(gap_by_block), plan),
        window_rows(read_window_effects(window_effects), plan),
    ]
    found = pd.concat(rows, ignore_index=True).astype({"n": "Int64"})
    write_table(found, summaries, "audited_summaries", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
