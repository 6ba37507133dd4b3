"""Write the table positions as CSV, Markdown and LaTeX (rule make_table_positions)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import POSITIONS
from crosspatch.figures.tables import table_positions
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, effects: Path, csv: Path, markdown: Path, latex: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Interaction of every family by position of the event."""
    rendered = render(table_positions(read_table(effects, "effects"), labels), POSITIONS)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
