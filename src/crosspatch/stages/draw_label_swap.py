"""Draw the figure label_swap (rule draw_label_swap)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.label_swap import draw_label_swap
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    estimates: Path,
    counts: Path,
    pdf: Path,
    png: Path,
    csv: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Null distributions of the mean interaction by family."""
    tables = read_table(estimates, "control_effects"), read_table(counts, "null_counts")
    write_drawing(draw_label_swap(*tables, labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
