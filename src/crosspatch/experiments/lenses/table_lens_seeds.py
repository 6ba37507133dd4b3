"""How far do lenses of one checkpoint depend on the order of their texts? Of the pair whose lenses were trained from
several seeds: the KL of the raw lens, the mean of the tuned ones, and by how much these are apart, at the block where
they are most and in the mean curve. What a tuned lens shows below these differences is the estimator's own noise.
"""

import pandas as pd

from crosspatch.experiments.lenses.table_lenses import KEY, TEXTS
from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, count, plain

REMEDY = "compare the lenses again (snakemake --forcerun compare_lenses)"
COLUMNS = [*KEY, "block", "raw", "n_seeds", "least", "mean", "largest"]

SPEC = TableSpec(
    label="lens_seeds",
    title="Lenses of several seeds",
    note=(
        "KL(final, lens) in nats, means over tokens and over all blocks but the last. Apart: largest less least of "
        "the seeds, in the mean over blocks and at the block where it is largest (from 0)."
    ),
    columns=(
        Column("family", "Family"),
        Column("side", "Side"),
        Column("texts", "Read on"),
        Column("n_seeds", "Seeds", count),
        Column("raw", "Raw", plain),
        Column("mean", "Tuned", plain),
        Column("apart", "Apart", plain),
        Column("most_apart", "at most", plain),
        Column("block", "at block", count),
    ),
    grouped=("family", "side"),
)


def table_lens_seeds(lens_seeds: pd.DataFrame) -> pd.DataFrame:
    """Return one row per checkpoint and kind of text."""
    need_columns(lens_seeds, COLUMNS, "table lens_seeds", REMEDY)
    rows = []
    for key, own in lens_seeds.groupby(KEY, sort=False):
        upper = own[own["block"] < own["block"].max()].set_index("block")
        apart = upper["largest"] - upper["least"]
        row = dict(zip(KEY, key, strict=True)) | {"n_seeds": own["n_seeds"].iloc[0]}
        row |= {"raw": upper["raw"].mean(), "mean": upper["mean"].mean(), "apart": apart.mean()}
        rows.append(row | {"texts": TEXTS[row["text"]], "most_apart": apart.max(), "block": apart.idxmax()})
    return pd.DataFrame(rows)
