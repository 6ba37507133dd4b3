"""Draw the figure readouts (rule draw_readouts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.readouts import draw_readouts
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, effects: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Interaction of every family under each readout and precision."""
    write_drawing(draw_readouts(read_table(effects, "effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
