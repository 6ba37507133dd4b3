"""Draw the figure distances (rule draw_distances)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.distances import draw_distances
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    distances: Path,
    depth: Path,
    pdf: Path,
    png: Path,
    csv: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Relative distances at the event and before it, one panel per family."""
    drawing = draw_distances(read_table(distances, "control_effects"), read_table(depth, "control_effects"), labels)
    write_drawing(drawing, pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
