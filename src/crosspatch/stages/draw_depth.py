"""Draw the figure depth (rule draw_depth)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.depth import draw_depth
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, depth: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Effects at every boundary, one panel per family."""
    drawing = draw_depth(read_table(depth, "control_effects"), labels)
    write_drawing(drawing, pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
