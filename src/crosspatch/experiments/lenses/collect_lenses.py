"""Gather the quality of the lenses of a study (rule collect_lenses)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind

ABOUT = ("family", "side", "pairs")


def main(
    *,
    quality: list[Path],
    continuations: list[Path],
    lenses: Path,
    described: Mapping[str, Mapping[str, Any]],
    provenance: Mapping[str, Any],
) -> None:
    """`described` says of each checkpoint its family, its side and its pairs; checkpoints stand in its order."""
    tables = [read_table(path, "lens_quality") for path in (*quality, *continuations)]
    table = pd.concat(tables, ignore_index=True)
    order = {name: place for place, name in enumerate(described)}
    table = table.sort_values("checkpoint", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    about = pd.DataFrame.from_dict(described, orient="index", columns=list(ABOUT))
    write_table(table.join(about, on="checkpoint"), lenses, "lenses", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
