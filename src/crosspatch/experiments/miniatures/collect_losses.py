"""Gather the loss curves of all trained checkpoints (rule collect_losses)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(*, parts: list[Path], losses: Path, trained: Mapping[str, list[str]], provenance: Mapping[str, Any]) -> None:
    """`trained` maps each checkpoint to its pair and its stage of training."""
    curves = pd.concat([read_table(path, "losses") for path in parts], ignore_index=True)
    pairs, stages = (curves["checkpoint"].map({name: row[place] for name, row in trained.items()}) for place in (0, 1))
    write_table(curves.assign(pair=pairs, stage=stages), losses, "loss_curves", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
