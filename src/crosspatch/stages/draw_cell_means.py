"""Draw the figure cell_means (rule draw_cell_means)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.cell_means import draw_cell_means
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, means: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """The four mean margins of every family, under the primary readout and precision."""
    table = read_table(means, "cell_means")
    primary = table[(table["readout"] == "common_tuned") & (table["precision"] == "float32")]
    write_drawing(draw_cell_means(primary, labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
