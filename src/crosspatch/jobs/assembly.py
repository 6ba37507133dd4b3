"""The four cells of every event, joined from what each late stack measured; no model, no torch."""

from collections.abc import Sequence

import pandas as pd

from crosspatch.errors import MeasurementError
from crosspatch.records.sides import NATIVE, READOUTS, SIDES

ROWS_PER_EVENT = len(SIDES) ** 2 * len(READOUTS)


def assemble_cells(pair: str, events: pd.DataFrame, late_tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the late stacks' cells with their events; `consistent` says whether both sides re-picked their own token."""
    cells = pd.concat(late_tables, ignore_index=True)
    own = cells[(cells["upstream"] == cells["late"]) & (cells["readout"] == NATIVE)]
    repicked = own.assign(same=own["top_class"] == own["late"]).groupby("prompt_id")["same"].all()
    known = events.loc[
        events["usable"], ["pair", "prompt_id", "category", "template", "step", "base_token", "tuned_token"]
    ]
    rows = cells["prompt_id"].value_counts()
    for prompt_id in known["prompt_id"]:
        if rows.get(prompt_id, 0) != ROWS_PER_EVENT:
            raise MeasurementError(
                f"pair {pair!r}: event of prompt {prompt_id!r} has {rows.get(prompt_id, 0)} rows of cells, not "
                f"{ROWS_PER_EVENT}; delete its late tables and run again"
            )
    joined = known.assign(consistent=known["prompt_id"].map(repicked)).merge(cells, on="prompt_id")
    return joined.astype({"step": int, "base_token": int, "tuned_token": int})
