"""Count what became of every prompt of every pair (rule count_events)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def count_events(events: pd.DataFrame, cells: pd.DataFrame) -> dict[str, object]:
    """Return a pair's numbers of prompts, usable events and exclusions by reason, and where its events fall.

    `events` and `cells` are the pair's tables. The median step and the shares at step 0, 3 or later and 5 or later are
    over usable events, the consistent share over measured ones; what there is nothing of is missing.
    """
    usable = events[events["usable"]]
    reasons = events.loc[~events["usable"], "reason"].value_counts()
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], str(item[0])))
    consistent = cells.drop_duplicates("prompt_id")["consistent"]
    return {
        "pair": events["pair"].iloc[0],
        "prompts": len(events),
        "usable": len(usable),
        "excluded": len(events) - len(usable),
        "reasons": "; ".join(f"{reason}: {number}" for reason, number in ordered) or None,
        "consistent_share": float(consistent.astype(float).mean()) if len(consistent) else None,
        "median_step": float(usable["step"].median()) if len(usable) else None,
        "step_0_share": float((usable["step"] == 0).mean()) if len(usable) else None,
        "from_3_share": float((usable["step"] >= 3).mean()) if len(usable) else None,
        "from_5_share": float((usable["step"] >= 5).mean()) if len(usable) else None,
    }


def main(*, events: list[Path], cells: list[Path], counts: Path, provenance: Mapping[str, Any]) -> None:
    """One row per pair."""
    rows = [
        count_events(read_table(found, "events"), read_table(measured, "cells"))
        for found, measured in zip(events, cells, strict=True)
    ]
    write_table(pd.DataFrame(rows), counts, "event_counts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
