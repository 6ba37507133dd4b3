"""Write the table selection as CSV, Markdown and LaTeX (rule make_table_selection)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.rendering import render
from crosspatch.figures.selection_rows import SPEC, table_selection
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, estimates: Path, csv: Path, markdown: Path, latex: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """The arms of every family."""
    rendered = render(table_selection(read_table(estimates, "control_effects"), labels), SPEC)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
