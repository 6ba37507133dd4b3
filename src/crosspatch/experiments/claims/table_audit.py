"""The published effects of one pair beside ours from the authors' own per-event records, under both common readouts:
over the prompts that the authors took, the headline prompts that the paper names, and all prompts; all events, the
consistent ones, and those at position 3 or later. The records hold margins in the checkpoint's dtype only.
"""

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import (
    Column,
    TableSpec,
)
from crosspatch.figures.tables import CONTRASTS, EFFECTS, EVENTS, wide_by
from crosspatch.figures.words import READOUTS, position_label

SPEC = TableSpec(
    label="audit",
    title="The published records of one pair, estimated again",
    note=(
        "Logits, with {level} intervals over prompts; the records hold margins in the checkpoint's dtype only. "
        "As published is printed by the authors; the other rows are ours from their records. "
        "Authors' prompts: of each category the first valid ids; headline prompts: those the paper names. "
        "Consistent: both checkpoints pick their own token again in the unpatched passes. "
        "Their revisions were written down after the runs (P29)."
    ),
    columns=(Column("readout", "Readout"), Column("prompts", "Prompts"), Column("arm", "Arm"), *EFFECTS, EVENTS),
    grouped=("readout", "prompts"),
)

TABLE_ARMS = ("all", "consistent", "position >= 3")


PUBLISHED = "published"

SELECTIONS = {
    PUBLISHED: "as published",
    "authors": "authors' prompts",
    "headline": "headline prompts",
    "all": "all prompts",
}

COMMON = ("common_tuned", "common_base")

SOURCE = "Repository, exp23_core5_family_effects.csv"
"""Section of the published numbers with all digits and intervals."""

COLUMNS = [
    *("selection", "arm", "effect", "readout", "precision", "method"),
    *("value", "low", "high", "level", "n_events"),
]

REMEDY = "audit the published records again (snakemake audit)"


def table_audit(audit: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return portable, matched and interaction under both common readouts, by selection of prompts and arm."""
    rows = audit_rows(audit, published, "table audit")
    blocks = [
        _block(rows[(rows["readout"] == readout) & (rows["selection"] == selection)], readout, selection)
        for readout in COMMON
        for selection in SELECTIONS
    ]
    return pd.concat(blocks, ignore_index=True)


def _block(rows: pd.DataFrame, readout: str, selection: str) -> pd.DataFrame:
    shown = [arm for arm in TABLE_ARMS if arm in set(rows["arm"])]
    wide = wide_by(rows, "arm", CONTRASTS).reindex(shown)
    block = wide.rename(index=position_label).reset_index(names="arm")
    return block.assign(readout=READOUTS[readout], prompts=SELECTIONS[selection])


def audit_rows(audit: pd.DataFrame, published: pd.DataFrame, wanted_by: str) -> pd.DataFrame:
    """Return the published effects of the audited pair (selection `published`) and ours, with intervals over prompts.

    Raises TableError, naming `wanted_by`, if the audit is empty or no published number is of its pair.
    """
    need_columns(audit, ["scope", *COLUMNS], wanted_by, REMEDY)
    pair = audit["scope"].iloc[0]
    theirs = published[(published["section"] == SOURCE) & (published["scope"] == pair)]
    if theirs.empty:
        raise TableError(
            f"{wanted_by}: data/published has no number of pair {pair!r} in section {SOURCE!r}; correct "
            "published_records/pair in config.yaml"
        )
    theirs = theirs.rename(columns={"n": "n_events"}).assign(selection=PUBLISHED, level=0.95)
    return pd.concat([theirs[COLUMNS], audit.loc[audit["method"] == "prompt", COLUMNS]], ignore_index=True)
