"""Lenses: how near the predictions of all blocks but the last are to the checkpoint's own last one, without and with
the maps trained for them, on held-out text and on the checkpoint's own continuations; and the blocks whose map is no
better than none.
"""

import pandas as pd

from crosspatch.figures.columns import need_columns
from crosspatch.figures.rendering import Column, TableSpec, count, plain, share

REMEDY = "gather the lenses again (snakemake --forcerun collect_lenses)"
KEY = ["family", "side", "checkpoint", "text"]
MEASURES = ["kl_from_final", "kl_to_final", "agreement"]
COLUMNS = [*KEY, "block", "lens", "n_tokens", *MEASURES, "beats_raw"]
TEXTS = {"held_out": "held-out text", "continuations": "continuations"}

SPEC = TableSpec(
    label="lenses",
    title="Raw and tuned lenses",
    note=(
        "Means over tokens and over all blocks but the last, whose raw lens is the prediction itself. KL in nats: "
        "(final, lens), which training lowers, and (lens, final). Agreement: the lens picks the token that the "
        "checkpoint picks in the end. The last column names blocks (from 0) whose map has no less KL(final, lens) "
        "than none on held-out text."
    ),
    columns=(
        Column("family", "Family"),
        Column("side", "Side"),
        Column("texts", "Read on"),
        Column("n_tokens", "Tokens", count),
        Column("raw_kl_from_final", "KL(final, lens), raw", plain),
        Column("tuned_kl_from_final", "KL(final, lens), tuned", plain),
        Column("raw_kl_to_final", "KL(lens, final), raw", plain),
        Column("tuned_kl_to_final", "KL(lens, final), tuned", plain),
        Column("raw_agreement", "Agreement, raw", share),
        Column("tuned_agreement", "Agreement, tuned", share),
        Column("no_better", "No better than raw"),
    ),
    grouped=("family", "side"),
)


def table_lenses(lenses: pd.DataFrame) -> pd.DataFrame:
    """Return one row per checkpoint and kind of text."""
    need_columns(lenses, COLUMNS, "table lenses", REMEDY)
    rows = []
    for key, own in lenses.groupby(KEY, sort=False):
        upper = own[own["block"] < own["block"].max()]
        means = upper.groupby("lens")[MEASURES].mean()
        useless = own.loc[(own["lens"] == "tuned") & ~own["beats_raw"], "block"]
        row = dict(zip(KEY, key, strict=True)) | {"n_tokens": own["n_tokens"].iloc[0]}
        row |= {f"{lens}_{name}": means.loc[lens, name] for name in MEASURES for lens in means.index}
        rows.append(row | {"texts": TEXTS[row["text"]], "no_better": ", ".join(map(str, useless)) or "none"})
    table = pd.DataFrame(rows)
    return table.sort_values(
        ["checkpoint", "text"], key=lambda own: own.map(_order(own)), kind="stable", ignore_index=True
    )


def _order(values: pd.Series) -> dict[str, int]:
    """Return places: of texts as in TEXTS, of checkpoints as they come."""
    known = TEXTS if values.name == "text" else values
    return {value: place for place, value in enumerate(dict.fromkeys(known))}
