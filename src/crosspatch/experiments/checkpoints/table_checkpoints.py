"""Checkpoints of the study with revisions (for trained or local checkpoints, a digest of the weights), depth, width
and the boundary between upstream and late blocks, with the last block and the number of blocks of the late stack.
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import (
    Column,
    TableSpec,
    count,
    plain,
    revision,
)
from crosspatch.figures.tables import FAMILY
from crosspatch.figures.words import Labels

SPEC = TableSpec(
    label="checkpoints",
    title="Checkpoints of the study",
    note=(
        "Each with the first eight digits of its revision; boundary is the first block of the late stack, "
        "relative depth is boundary / blocks."
    ),
    columns=(
        FAMILY,
        Column("base", "Base", revision),
        Column("tuned", "Tuned", revision),
        Column("blocks", "Blocks", count),
        Column("d_model", "d_model", count),
        Column("boundary", "Boundary", count),
        Column("last_block", "Last block", count),
        Column("late_blocks", "Late blocks", count),
        Column("relative_depth", "Relative depth", plain),
    ),
)

COLUMNS = ["pair", "base", "tuned", "blocks", "d_model", "boundary", "relative_depth"]


REMEDY = "list the study's pairs again (snakemake --forcerun list_checkpoints)"


def table_checkpoints(checkpoints: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the pairs: family, base and tuned as id@revision, blocks, d_model, and the blocks of the late stack."""
    need_columns(checkpoints, COLUMNS, "table checkpoints", REMEDY)
    table = checkpoints[COLUMNS].assign(
        family=checkpoints["pair"].map(labels),
        last_block=checkpoints["blocks"] - 1,
        late_blocks=checkpoints["blocks"] - checkpoints["boundary"],
    )
    return table[["family", *COLUMNS[1:-1], "last_block", "late_blocks", COLUMNS[-1]]].reset_index(drop=True)
