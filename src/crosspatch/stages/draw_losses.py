"""Draw the loss curves of trained checkpoints (rule draw_losses)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.figures.losses import draw_losses
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    losses: list[Path],
    pdf: Path,
    png: Path,
    csv: Path,
    trained: Mapping[str, list[str]],
    provenance: Mapping[str, Any],
) -> None:
    """One panel per family and training stage; `trained` maps checkpoint to [family label, training stage]."""
    curves = pd.concat([read_table(path, "losses") for path in losses], ignore_index=True)
    stages = {checkpoint: (family, stage) for checkpoint, (family, stage) in trained.items()}
    write_drawing(draw_losses(curves, stages), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
