"""Effects of every family under the three readouts, in logits with intervals over prompts; shares are ratios of
means.
"""

import pandas as pd

from crosspatch.figures.rendering import (
    Column,
    TableSpec,
    logits,
    share,
)
from crosspatch.figures.rows import select
from crosspatch.figures.tables import CONTRASTS, EFFECTS, FAMILY, of_scopes
from crosspatch.figures.words import READOUTS, Labels

SPEC = TableSpec(
    label="readouts",
    title="Effects by family and readout",
    note=(
        "Logits, with {level} intervals over prompts; float32. "
        "Shares are ratios of means: portable / matched and interaction / native shift."
    ),
    columns=(
        FAMILY,
        Column("readout", "Readout"),
        *EFFECTS,
        Column("native_shift", "Native shift", logits),
        Column("portable_share", "Portable share", share),
        Column("interaction_share", "Interaction share", share),
    ),
    grouped=("family",),
)


def table_readouts(effects: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return all effects of every family and of the balanced mean under each readout."""
    shown = (*CONTRASTS, "native_shift", "portable_share", "interaction_share")
    rows = select(effects, "table readouts", labels, effect=shown, readout=list(READOUTS))
    return of_scopes(rows, labels, "readout", list(READOUTS), shown).replace({"readout": dict(READOUTS)})
