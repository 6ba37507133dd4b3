"""A lineage's cells as arms of the one estimator: each stage with the first is a pair of its own."""

from collections.abc import Mapping
from itertools import product
from typing import Final

import pandas as pd

from crosspatch.jobs.control_cells import COLUMNS
from crosspatch.records.sides import BASE, NATIVE, SIDES, TUNED

QUANTITY: Final = "picks_tuned_token"
"""Whether a stage's own full stack picks the tuned token of the support's event."""


def stage_arm(label: str, position: int = 0) -> str:
    """Return the arm of a stage, over all events or those at a position or later."""
    return f"stage {label}" + (f", position >= {position}" if position else "")


def arms_of_stages(cells: pd.DataFrame, stages: Mapping[str, str], position: int = 0) -> pd.DataFrame:
    """Return the `control_cells` whose arms are the stages, from a `stage_cells` table.

    stages: labels by checkpoint, the first stage first. In an arm, `tuned` is the stage and `base` the first one, both
    of which it is in the first stage's own arm: four times one cell.
    """
    first, later = next(iter(stages)), cells[cells["step"] >= position]
    by_place = dict(list(later.groupby(["upstream", "late"])))
    parts = []
    for (checkpoint, label), upstream, late in product(stages.items(), SIDES, SIDES):
        place = {BASE: first, TUNED: checkpoint}
        arm = {"arm": stage_arm(label, position), "upstream": upstream, "late": late}
        if (place[upstream], place[late]) in by_place:
            parts.append(by_place[place[upstream], place[late]].assign(**arm))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)] if parts else pd.DataFrame(columns=list(COLUMNS))


def picks_of_stages(cells: pd.DataFrame, stages: Mapping[str, str]) -> pd.DataFrame:
    """Return, as `control_values`, whether each stage's own full stack and readout pick the support's tuned token."""
    own = cells[(cells["upstream"] == cells["late"]) & (cells["readout"] == NATIVE)]
    rows = own[["pair", "prompt_id", "step"]].assign(
        arm=[stage_arm(stages[name]) for name in own["late"]],
        value=(own["top_token"] == own["tuned_token"]).astype(float),
    )
    return rows.assign(quantity=QUANTITY, readout=NATIVE, precision="checkpoint")
