"""Draw the figure referee (rule draw_referee)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.referee import draw_referee
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, controls: list[Path], pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Interaction by kind of event, and its share by scale."""
    tables = [read_table(path, "control_effects") for path in controls]
    write_drawing(draw_referee(tables, labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
