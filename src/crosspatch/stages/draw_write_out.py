"""Draw the figure write_out (rule draw_write_out)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.write_out import draw_write_out
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, estimates: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """What MLPs write towards the tuned token, by window and host."""
    write_drawing(draw_write_out(read_table(estimates, "control_effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
