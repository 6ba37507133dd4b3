"""Mix the cells of the later kinds with the pair's own (rule mix_kinds)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.mixture.kinds import MARKER, MIXTURE, WORDS, arm_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.control_cells import COLUMNS, cells_of_arms
from crosspatch.records.arms import REFERENCE


def mix_kinds(own: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Return the `control_cells` of each later kind and of all three kinds, then of each of them by category.

    own: the pair's cells, of its first divergences; later: cells of the later kinds. The mixture holds every event
    once; estimates average those of a prompt. Without later events it is the first divergences.
    """
    columns = [name for name in COLUMNS if name != "arm"]
    kinds = {kind: later.loc[later["arm"] == kind, columns] for kind in (WORDS, MARKER)}
    parts = [part for part in (own[columns], *kinds.values()) if len(part)]
    kinds[MIXTURE] = pd.concat(parts, ignore_index=True)
    categories = sorted(kinds[MIXTURE]["category"].unique())
    by_category = {
        arm_of(kind, category): cells[cells["category"] == category]
        for category in categories
        for kind, cells in {REFERENCE: own[columns], **kinds}.items()
    }
    return cells_of_arms({arm: cells for arm, cells in (kinds | by_category).items() if len(cells)})


def main(*, cells: Path, later: Path, arms: Path, provenance: Mapping[str, Any]) -> None:
    """Write the arms of the control `mixture`."""
    mixed = mix_kinds(read_table(cells, "cells"), read_table(later, "control_cells"))
    write_table(mixed, arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
