"""Draw the figure selection (rule draw_selection)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.selection_baselines import draw_selection
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, estimates: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """The interaction at other events than first divergences."""
    write_drawing(draw_selection(read_table(estimates, "control_effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
