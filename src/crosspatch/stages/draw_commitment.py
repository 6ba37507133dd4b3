"""Draw the figure commitment (rule draw_commitment)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.commitment import draw_commitment
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    commitment: Path,
    regression: Path,
    pdf: Path,
    png: Path,
    csv: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Interaction over events sorted by boundary margins, and at equal ones."""
    drawing = draw_commitment(
        read_table(commitment, "control_effects"), read_table(regression, "control_effects"), labels
    )
    write_drawing(drawing, pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
