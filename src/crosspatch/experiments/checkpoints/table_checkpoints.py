"""Checkpoints of the study with revisions (for trained or local checkpoints, a digest of the weights), depth, width
and the boundary between upstream and late blocks.
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
    note="Each with the first eight digits of its revision; relative depth is boundary / blocks.",
    columns=(
        FAMILY,
        Column("base", "Base", revision),
        Column("tuned", "Tuned", revision),
        Column("blocks", "Blocks", count),
        Column("d_model", "d_model", count),
        Column("boundary", "Boundary", count),
        Column("relative_depth", "Relative depth", plain),
    ),
)

COLUMNS = ["pair", "base", "tuned", "blocks", "d_model", "boundary", "relative_depth"]


def table_checkpoints(checkpoints: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the pairs: family, base and tuned as id@revision, blocks, d_model, boundary, relative_depth."""
    need_columns(checkpoints, COLUMNS, "table checkpoints", "list the study's pairs again (snakemake list_checkpoints)")
    table = checkpoints[COLUMNS].assign(family=checkpoints["pair"].map(labels))
    return table[["family", *COLUMNS[1:]]].reset_index(drop=True)
