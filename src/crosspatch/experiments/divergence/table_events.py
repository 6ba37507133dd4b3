"""What became of every prompt: usable events, exclusions by reason, the share whose two tokens are picked again by
full forward passes (consistent), and where events fall.
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import (
    Column,
    TableSpec,
    count,
    plain,
    share,
)
from crosspatch.figures.tables import FAMILY
from crosspatch.figures.words import Labels

SPEC = TableSpec(
    label="events",
    title="What became of the prompts",
    note=(
        "Consistent: both checkpoints pick their own token again in a full forward pass. "
        "Step 0 is the first token after the prompt. "
        "With the table of checkpoints, these are the columns of table A.2 of arXiv 2605.07284."
    ),
    columns=(
        FAMILY,
        Column("prompts", "Prompts", count),
        Column("usable", "Usable events", count),
        Column("excluded", "Excluded", count),
        Column("reasons", "Reasons"),
        Column("consistent_share", "Consistent", share),
        Column("median_step", "Median step", plain),
        Column("step_0_share", "At step 0", share),
        Column("from_3_share", "Step 3 or later", share),
        Column("from_5_share", "Step 5 or later", share),
    ),
)


COLUMNS = [
    *("pair", "prompts", "usable", "excluded", "reasons"),
    *("consistent_share", "median_step", "step_0_share", "from_3_share", "from_5_share"),
]
REMEDY = "count the events of this study again (snakemake --forcerun count_events)"


def table_events(event_counts: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return what became of every prompt, one row per family."""
    need_columns(event_counts, COLUMNS, "table events", REMEDY)
    rows = event_counts[COLUMNS].set_index("pair").loc[[pair for pair in labels if pair in set(event_counts["pair"])]]
    rows.insert(0, "family", [labels[pair] for pair in rows.index])
    return rows.reset_index(drop=True)
