"""Lineages: the interaction of every stage of training with the first, its share of the last one's, and how often the
stage picks the last one's token (tables F.4 and F.6 of arXiv 2605.07284).
"""

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import NOTHING, Column, Row, TableSpec, count, estimate, logits, share
from crosspatch.records.estimates import widest

NAME = "table lineages"
REMEDY = "make the estimates of this study's lineages again"
COLUMNS = [
    "control", "arm", "effect", "scope", "readout", "precision", "method", "value", "low", "high", "level", "n_events",
    "lineage", "support", "support_place", "stage", "stage_place", "position",
]  # fmt: skip
SHOWN = {
    "interaction": ("interaction", "common_tuned", 0),
    "retention": ("retention", "common_tuned", 0),
    "picks": ("picks_tuned_token", "native", 0),
    "later": ("interaction", "common_tuned", 3),
    "native": ("interaction", "native", 0),
    "common_base": ("interaction", "common_base", 0),
}
"""Effect, readout and least position of each number of a row."""
NULLS = {"null_tokens": "token pairs", "null_prompts": "independent"}
"""Coin of each null."""


def share_between(row: Row, name: str) -> str:
    """Show `share [low, high]` as percentages; the share alone if there is no interval."""
    low, high = share(row, f"{name}_low"), share(row, f"{name}_high")
    return share(row, name) + ("" if NOTHING in (low, high) else f" [{low}, {high}]")


SPEC = TableSpec(
    label="lineages",
    title="The interaction along stages of training",
    note=(
        "Logits (shares where it says so), {level} intervals (the widest over prompts, templates and token pairs), at "
        "the first divergences of first and last stage and for their two tokens. Each stage is crossed with the first, "
        "whose own interaction is 0 by construction. Share: of the last stage's interaction, over the same draws. "
        "Picks: events at which the stage's own full stack picks the last stage's token. Null: 99.9 % point of the "
        "last stage's mean under flipped signs, one coin for each pair of tokens, or for each prompt. Common readout "
        "of the last stage in float32 unless it says native or first."
    ),
    columns=(
        Column("lineage", "Lineage"),
        Column("stage", "Stage"),
        Column("interaction", "Interaction", estimate),
        Column("retention", "Share of the last", share_between),
        Column("picks", "Picks", share_between),
        Column("later", "Position \N{GREATER-THAN OR EQUAL TO}3", estimate),
        Column("native", "Native readout", estimate),
        Column("common_base", "First stage's readout", estimate),
        Column("null_tokens", "Null (token pairs)", logits),
        Column("null_prompts", "Null (prompts)", logits),
        Column("n_events", "Events", count),
    ),
    grouped=("lineage",),
)


def selected(lineages: pd.DataFrame, wanted_by: str) -> pd.DataFrame:
    """Return the rows of stages with their widest intervals, margins in float32, lineages and stages in their order.

    Raises TableError, naming `wanted_by`, if the table is empty or no `lineages` table.
    """
    need_columns(lineages, COLUMNS, wanted_by, REMEDY)
    stages = lineages[lineages["stage"].notna() & ((lineages["precision"] == "float32") | _is_pick(lineages))]
    rows = widest(stages)[COLUMNS]
    if not (rows["effect"] == "interaction").any():
        raise TableError(f"{wanted_by}: no interaction of a stage; {REMEDY}")
    places = {name: place for place, name in enumerate(rows["control"].unique())}
    order = ["place", "support_place", "stage_place", "position"]
    rows = rows.assign(place=rows["control"].map(places)).sort_values(order, kind="stable")
    return rows.drop(columns="place").reset_index(drop=True)


def _is_pick(rows: pd.DataFrame) -> pd.Series:
    picked: pd.Series = rows["effect"] == "picks_tuned_token"
    return picked


def table_lineages(lineages: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of SHOWN of every stage on the primary support, each with _low and _high, one row each."""
    rows = selected(lineages, NAME)
    rows = rows[rows["support_place"] == 0]
    key = ["control", "stage_place"]
    table = rows.drop_duplicates(key).set_index(key)[["lineage", "stage", "level"]]
    for name, (effect, readout, position) in SHOWN.items():
        own = rows[(rows["effect"] == effect) & (rows["readout"] == readout) & (rows["position"] == position)]
        own = own.set_index(key)
        table = table.assign(**{name: own["value"], f"{name}_low": own["low"], f"{name}_high": own["high"]})
        if name == "interaction":
            table = table.assign(n_events=own["n_events"])
    for name, coin in NULLS.items():
        table = table.assign(**{name: _null(lineages, coin)})
    return table.reset_index(drop=True)


def _null(lineages: pd.DataFrame, coin: str) -> pd.Series:
    """Return the 99.9 % point of the null of each lineage, in the place of its last stage."""
    rows = lineages[(lineages["effect"] == "null_999") & (lineages["support_place"] == 0) & (lineages["arm"] == coin)]
    rows = rows[(rows["readout"] == "common_tuned") & (rows["precision"] == "float32")]
    points: pd.Series = rows.set_index(["control", "stage_place"])["value"]
    return points
