"""Draw the schematic of the four passes (rule draw_schematic)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.schematic import draw_schematic
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(*, examples: Path, pdf: Path, png: Path, csv: Path, provenance: Mapping[str, Any]) -> None:
    """The four passes above the first three example events."""
    write_drawing(draw_schematic(read_table(examples, "examples").head(3)), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
