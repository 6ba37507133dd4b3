"""Interaction of continuations by number of tokens, whole and in parts, with the events that are left, by family and
under both common readouts: the layout of table F.2.
"""

import pandas as pd

from crosspatch.experiments.continuations.names import (
    FIRST,
    LESS_SHUFFLED,
    SAME_FIRST,
    SHUFFLED_TAIL,
    TAIL,
    arm_of,
    horizons_in,
)
from crosspatch.figures.rendering import Column, TableSpec, count, estimate
from crosspatch.figures.rows import select_arms
from crosspatch.figures.tables import FAMILY, of_scopes
from crosspatch.figures.words import Labels

READOUTS = {"common_tuned": "tuned", "common_base": "base"}
PARTS = {
    "whole": (None, "Whole"),
    "first": (FIRST, "First token alone"),
    "tail": (TAIL, "Tail"),
    "same_first": (SAME_FIRST, "Same first token"),
    "shuffled": (SHUFFLED_TAIL, "Another's tail, whole"),
    "less_shuffled": (LESS_SHUFFLED, "Tail less another's"),
}
"""Part and words of each column."""
SPEC = TableSpec(
    label="continuations",
    title="Interaction of what is written after the event",
    note=(
        "Nats: ln p of the tuned less the base continuation, summed over the first token and so many more, with "
        "{level} intervals (the widest over prompts, templates and token pairs). Events are those whose two "
        "continuations reach so far; the first token alone is of the same ones. Same first token: the tuned tail less "
        "what the base writes after the tuned token. Another's tail: the tuned token and another prompt's tail, less "
        "the base continuation."
    ),
    columns=(
        FAMILY,
        Column("readout", "Readout"),
        Column("tokens", "Tokens"),
        *(Column(name, words, estimate) for name, (_, words) in PARTS.items()),
        Column("n_events", "Events", count),
    ),
    grouped=("family", "readout"),
)


def table_continuations(continuations: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return a row for each number of tokens under each readout, in every family and in their mean."""
    horizons = horizons_in(continuations["arm"].unique())
    named = {arm_of(n, part): (n, name) for n in horizons for name, (part, _) in PARTS.items()}
    rows = select_arms(
        continuations, "table continuations", labels, effect="interaction", arm=list(named), readout=list(READOUTS)
    )
    about = pd.DataFrame([named[arm] for arm in rows["arm"]], columns=["horizon", "column"])
    rows = rows.assign(effect=about["column"])
    rows["row"] = [f"{READOUTS[one]} {n}" for one, n in zip(rows["readout"], about["horizon"], strict=True)]
    # The count of a row is that of whole continuations, which is its first.
    rows = rows.iloc[(rows["effect"] != "whole").to_numpy().argsort(kind="stable")]
    order = [f"{readout} {n}" for readout in READOUTS.values() for n in horizons]
    table = of_scopes(rows, labels, "row", order, list(PARTS))
    named_rows = table["row"].str.split(" ", expand=True)
    return table.assign(readout=named_rows[0], tokens=named_rows[1].astype(int))
