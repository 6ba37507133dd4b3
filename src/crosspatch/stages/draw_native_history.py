"""Draw the figure native_history (rule draw_native_history)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.native_history import draw_native_history
from crosspatch.files.drawings import write_drawing
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, estimates: Path, pdf: Path, png: Path, csv: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """The interaction along each checkpoint's own rollout."""
    write_drawing(draw_native_history(read_table(estimates, "control_effects"), labels), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
