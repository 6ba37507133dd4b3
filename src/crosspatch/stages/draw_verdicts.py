"""Draw the figure verdicts (rule draw_verdicts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.verdicts import draw_verdicts
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(*, verdicts: Path, pdf: Path, png: Path, csv: Path, provenance: Mapping[str, Any]) -> None:
    """Every question on one axis, from what an artefact would give to what the claim predicts."""
    write_drawing(draw_verdicts(read_table(verdicts, "verdicts")), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
