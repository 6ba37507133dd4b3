"""Interaction and retention (interaction / that of the registered boundary, over the same prompts) of the registered
late stack and of the last blocks alone, by family. Where the registered late stack has as many blocks as one of
these, the two rows are the same cells and the retention is 1 by definition.
"""

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.figures.rendering import Column, TableSpec, estimate, plain
from crosspatch.figures.rows import REMEDY, select_arms
from crosspatch.figures.tables import EVENTS, FAMILY, of_scopes
from crosspatch.figures.words import Labels
from crosspatch.records.arms import REFERENCE
from crosspatch.records.estimates import widest

SPEC = TableSpec(
    label="depth",
    title="Interaction of the registered late stack and of the last blocks alone",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); "
        "common tuned readout in float32. Relative depth is boundary / "
        "blocks. Retention is the interaction / that of the registered boundary, over the same prompts."
    ),
    columns=(
        FAMILY,
        Column("late", "Late stack"),
        Column("relative_depth", "Relative depth", plain),
        Column("interaction", "Interaction", estimate),
        Column("retention", "Retention", estimate),
        EVENTS,
    ),
    grouped=("family",),
)


EFFECTS_SHOWN = ("portable", "matched", "interaction", "retention")

TERMINAL = "last "


def table_depth(depth: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return interaction and retention of the registered late stack and of the last blocks, family by family."""
    arms = [arm for arm in depth["arm"].unique() if arm == REFERENCE or arm.startswith(TERMINAL)]
    rows = with_relative_depth(
        select_arms(depth, "table depth", labels, effect=EFFECTS_SHOWN, arm=arms), depth, "table depth"
    )
    depths = rows.drop_duplicates(["label", "arm"]).rename(columns={"label": "family"})
    table = of_scopes(rows, labels, "arm", arms, EFFECTS_SHOWN)
    table = table.merge(depths[["family", "arm", "relative_depth"]], how="left", on=["family", "arm"])
    return table.assign(late=table["arm"].replace(REFERENCE, "registered"))


def measured_depths(depth: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that say how deep the boundary of every arm lies, one for each arm and scope."""
    return widest(depth[depth["effect"] == "relative_depth"])


def with_relative_depth(rows: pd.DataFrame, depth: pd.DataFrame, wanted_by: str) -> pd.DataFrame:
    """Return rows of arms with `relative_depth` of their arm and scope, from the estimates of the control `depth`.

    Raises TableError, naming `wanted_by` and the arm, if an arm has none.
    """
    known = measured_depths(depth)[["arm", "scope", "value"]]
    joined = rows.merge(known.rename(columns={"value": "relative_depth"}), how="left", on=["arm", "scope"])
    unknown = joined[joined["relative_depth"].isna()]
    if len(unknown):
        arm, scope = unknown.iloc[0][["arm", "scope"]]
        raise TableError(f"{wanted_by}: no relative depth of the arm {arm!r} of {scope!r}; {REMEDY}")
    return joined
