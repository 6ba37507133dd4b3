"""Draw the figure categories (rule draw_categories)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.categories import draw_categories
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, effects: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Interaction by prompt category and family."""
    write_drawing(draw_categories(read_table(effects, "effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
