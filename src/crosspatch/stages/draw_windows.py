"""Draw the figure windows (rule draw_windows)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.windows import draw_windows
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, estimates: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Whose token is picked with the MLPs of the other checkpoint, by window."""
    write_drawing(draw_windows(read_table(estimates, "control_effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
