"""Draw the figure anomaly (rule draw_anomaly)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.anomaly import draw_anomaly
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    estimates: Path,
    pdf: Path,
    png: Path,
    csv: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Interaction at the events whose crossed states are least strange."""
    write_drawing(draw_anomaly(read_table(estimates, "control_effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
