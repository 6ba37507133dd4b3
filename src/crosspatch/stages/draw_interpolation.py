"""Draw the figure interpolation (rule draw_interpolation)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.figures.interpolation import draw_interpolation
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    estimates: list[Path],
    pdf: Path,
    png: Path,
    csv: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Interaction over the tuned share of the upstream state."""
    joined = pd.concat([read_table(path, "control_effects") for path in estimates], ignore_index=True)
    write_drawing(draw_interpolation(joined, labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
