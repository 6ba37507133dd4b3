"""Compare descendants that were tuned on instructions with the others of their base (rule contrast_descendants)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.errors import ConfigError
from crosspatch.experiments.descendants.matched_contrast import contrast
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    arms: list[Path],
    events: list[Path],
    estimates: Path,
    pairs: list[str],
    instructed: list[str],
    settings: Mapping[str, Any],
    statistics: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Regress the interaction at the events of one group of prompts on what the descendant was trained for."""
    strange = sorted(set(settings["others"]) - (set(pairs) - set(instructed)))
    if strange:
        raise ConfigError(
            f"contrast/others names {strange[0]!r}, which is none of the study's extra pairs "
            f"({sorted(set(pairs) - set(instructed))}); its pairs are those tuned on instructions"
        )
    tables = {
        pair: (_of_group(own, settings["group"]), read_table(found, "events"))
        for pair, own, found in zip(pairs, arms, events, strict=True)
        if pair in (*instructed, *settings["others"])
    }
    rows = contrast(tables, settings["others"], statistics["level"])
    write_table(rows, estimates, "estimates", provenance)


def _of_group(path: Path, group: str) -> pd.DataFrame:
    cells = read_table(path, "control_cells")
    own: pd.DataFrame = cells[cells["arm"] == group]
    return own


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
