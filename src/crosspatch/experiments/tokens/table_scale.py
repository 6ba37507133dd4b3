"""The interaction of every family in logits, log odds and probabilities, each in its own unit, and its share of the
native shift, which has none. A share whose sign depends on the scale would say that the finding does.
"""

import pandas as pd

from crosspatch.figures.rendering import Column, TableSpec, measured
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE

SPEC = TableSpec(
    label="scale",
    title="Interaction on other scales",
    note=(
        "{level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout. Interactions are in the unit of the scale: logits, nats "
        "or probability. Shares are ratios of means and have none: interaction / native shift and portable / matched."
    ),
    columns=(
        FAMILY,
        Column("arm", "Scale"),
        Column("interaction", "Interaction", measured),
        Column("interaction_share", "Interaction share", measured),
        Column("portable_share", "Portable share", measured),
        EVENTS,
    ),
    grouped=("family",),
)

SCALE_ARMS = (REFERENCE, "tuned log odds", "log odds against base", "probability", "two-token probability")


def table_scale(scale: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return interaction, interaction share and portable share of every family and of their mean, by scale."""
    wanted = {"arm": list(SCALE_ARMS), "effect": ["interaction", "interaction_share", "portable_share"]}
    rows = select_arms(scale, "table scale", labels, **wanted)
    known = [arm for arm in SCALE_ARMS if arm in set(rows["arm"])]
    return of_scopes(rows, labels, "arm", known, wanted["effect"]).replace({"arm": {REFERENCE: "logits"}})
