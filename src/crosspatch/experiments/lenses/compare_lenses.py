"""Compare the lenses that were trained of one checkpoint from several seeds (rule compare_lenses)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.records.histories import RAW_LENS, TUNED_LENS

KEY = ["checkpoint", "family", "side", "text", "block"]


def spread_table(lenses: pd.DataFrame, repeats: pd.DataFrame) -> pd.DataFrame:
    """Return by checkpoint, text and block how many seeds there are, and least, mean and largest KL(final || lens).

    `lenses` has the study's own lens, which is one of them, and the raw one; `repeats` the others.
    """
    named = ["checkpoint", "text", "block"]
    kept = lenses[lenses["checkpoint"].isin(repeats["checkpoint"])]
    own = kept[kept["lens"] == TUNED_LENS]
    every = pd.concat([own[[*named, "kl_from_final"]], repeats[[*named, "kl_from_final"]]], ignore_index=True)
    spread = every.groupby(named)["kl_from_final"].agg(["count", "min", "mean", "max"]).reset_index()
    spread.columns = pd.Index([*named, "n_seeds", "least", "mean", "largest"])
    raw = kept[kept["lens"] == RAW_LENS][[*KEY, "kl_from_final"]].rename(columns={"kl_from_final": "raw"})
    return raw.merge(spread, on=named, validate="one_to_one")


def main(*, lenses: Path, repeats: list[Path], spread: Path, provenance: Mapping[str, Any]) -> None:
    """Only the order of training texts differs between seeds."""
    tables = [read_table(path, "lens_repeats") for path in repeats]
    table = spread_table(read_table(lenses, "lenses"), pd.concat(tables, ignore_index=True))
    write_table(table, spread, "lens_seeds", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
