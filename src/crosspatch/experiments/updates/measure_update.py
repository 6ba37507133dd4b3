"""Measure how far the training between a pair's checkpoints moved the weights (rule measure_update)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.updates.weight_changes import weight_changes
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(*, base: Path, tuned: Path, changes: Path, pair: str, provenance: Mapping[str, Any]) -> None:
    """Read both checkpoints part by part; nothing is run."""
    found = weight_changes(open_checkpoint(base).folder, open_checkpoint(tuned).folder)
    write_table(found.assign(pair=pair), changes, "weight_changes", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
