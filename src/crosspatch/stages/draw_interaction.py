"""Draw the figure interaction (rule draw_interaction)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.interaction import draw_interaction
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, effects: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Portable and matched effect with the interaction between them, and the interaction of every family."""
    write_drawing(draw_interaction(read_table(effects, "effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
