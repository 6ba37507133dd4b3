"""Interaction of every family over events at or after a position, with intervals over prompts and the number of
events.
"""

import pandas as pd

from crosspatch.figures.rendering import (
    Column,
    TableSpec,
)
from crosspatch.figures.rows import position_arms, select
from crosspatch.figures.tables import EFFECTS, EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels, position_label

SPEC = TableSpec(
    label="positions",
    title="Interaction by position of the event",
    note=(
        "Logits, with {level} intervals over prompts; common tuned readout in float32. "
        "Position 0 is the first token after the prompt."
    ),
    columns=(FAMILY, Column("position", "Position"), EFFECTS[2], EVENTS),
    grouped=("family",),
)


def table_positions(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the interaction of every family and of the balanced mean by position of the event."""
    arms = position_arms(effects)
    rows = select(effects, "table positions", labels, effect="interaction", arm=arms)
    table = of_scopes(rows, labels, "arm", arms, ("interaction",))
    return table.assign(position=table["arm"].map(position_label)).drop(columns="arm")
