"""Draw one figure from finished tables as PDF, PNG and the numbers drawn (rule draw_figure)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.drawings import write_drawing
from crosspatch.jobs.binding import bind
from crosspatch.jobs.shown import module_called, read_finished


def main(
    *,
    pdf: Path,
    png: Path,
    csv: Path,
    shown: str,
    kinds: Mapping[str, str],
    labels: Mapping[str, str] | None,
    provenance: Mapping[str, Any],
    **tables: Path,
) -> None:
    """The figure is what `draw_{shown}` makes of the tables, which its parameters name."""
    draw = getattr(module_called(f"draw_{shown}"), f"draw_{shown}")
    named = {} if labels is None else {"labels": labels}
    write_drawing(draw(**read_finished(tables, kinds), **named), pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
