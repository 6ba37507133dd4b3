"""How far states displaced at random, to the distance and the norm of the tuned one, move the late effect, by family,
beside the interaction, which is how far the tuned state moves it.
"""

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import ALL_DRAWS

EFFECTS = (
    "interaction", "signed_displacement", "absolute_displacement", "signed_displacement_ratio",
    "absolute_displacement_ratio",
)  # fmt: skip
SPEC = TableSpec(
    label="rotation",
    title="Other states at the distance and of the norm of the tuned one",
    note=(
        "Logits (ratios where it says so), {level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout in float32. Rotated: mean displacement of the late effect over the draws, and of its "
        "size, which is above zero by chance alone; the last ratio is of mean sizes to mean sizes."
    ),
    columns=(
        FAMILY,
        Column("interaction", "Interaction", estimate),
        Column("signed_displacement", "Rotated", estimate),
        Column("absolute_displacement", "Rotated, size", estimate),
        Column("signed_displacement_ratio", "Rotated / interaction", estimate),
        Column("absolute_displacement_ratio", "Size / size", estimate),
        EVENTS,
    ),
)


def table_rotation(rotation: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return EFFECTS of every family and of their mean, each with _low and _high; rotation: the control's estimates."""
    rows = select_arms(rotation, "table rotation", labels, arm=ALL_DRAWS, effect=EFFECTS)
    return of_scopes(rows, labels, "arm", [ALL_DRAWS], EFFECTS).drop(columns="arm")
