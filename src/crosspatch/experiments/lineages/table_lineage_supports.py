"""Lineages on every support: the interaction of each stage with the first at the first divergences of the first stage
with one of the others, for the two tokens of that pair (table F.5 of arXiv 2605.07284). If stages were ordered because
the last one chose events and tokens, the order would change with the support.
"""

import pandas as pd

from crosspatch.experiments.lineages.table_lineages import selected, share_between
from crosspatch.figures.rendering import Column, TableSpec, count, estimate

NAME = "table lineage_supports"

SPEC = TableSpec(
    label="lineage_supports",
    title="The interaction of each stage on every support",
    note=(
        "Logits, with {level} intervals (the widest over prompts, templates and token pairs); common readout of the "
        "last stage, float32. Support: the pair whose first divergences and tokens they are. Share: of the last "
        "stage's interaction on the same support, over the same draws. Picks: events at which the stage's own full "
        "stack picks the tuned token of the support."
    ),
    columns=(
        Column("lineage", "Lineage"),
        Column("support", "Support"),
        Column("stage", "Stage"),
        Column("interaction", "Interaction", estimate),
        Column("retention", "Share of the last", share_between),
        Column("picks", "Picks", share_between),
        Column("n_events", "Events", count),
    ),
    grouped=("lineage", "support"),
)
SHOWN = {
    "interaction": ("interaction", "common_tuned"),
    "retention": ("retention", "common_tuned"),
    "picks": ("picks_tuned_token", "native"),
}
"""Effect and readout of each number of a row."""


def table_lineage_supports(lineages: pd.DataFrame) -> pd.DataFrame:
    """Return one row per lineage, support and later stage, each number with _low and _high."""
    rows = selected(lineages, NAME)
    rows = rows[(rows["position"] == 0) & (rows["stage_place"] > 0)]
    key = ["control", "support_place", "stage_place"]
    table = rows.drop_duplicates(key).set_index(key)[["lineage", "support", "stage", "level"]]
    for name, (effect, readout) in SHOWN.items():
        own = rows[(rows["effect"] == effect) & (rows["readout"] == readout)].set_index(key)
        table = table.assign(**{name: own["value"], f"{name}_low": own["low"], f"{name}_high": own["high"]})
        if name == "interaction":
            table = table.assign(n_events=own["n_events"])
    return table.reset_index(drop=True)
