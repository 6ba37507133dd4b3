"""Draw the figure positions (rule draw_positions)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.positions import draw_positions
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, effects: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Effects by position of the event."""
    write_drawing(draw_positions(read_table(effects, "effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
