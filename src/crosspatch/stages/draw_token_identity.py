"""Draw the figure token_identity (rule draw_token_identity)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.token_identity import draw_token_identity
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, estimates: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Observed interaction and the nulls of other tokens by family."""
    drawing = draw_token_identity(read_table(estimates, "control_effects"), labels)
    write_drawing(drawing, pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
