"""Write the table scorecard as CSV, Markdown and LaTeX (rule make_table_scorecard)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.claims import table_scorecard
from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import SCORECARD
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(*, comparison: Path, csv: Path, markdown: Path, latex: Path, provenance: Mapping[str, Any]) -> None:
    """The published numbers that the study regenerated beside ours, by verdict."""
    rendered = render(table_scorecard(read_table(comparison, "comparison")), SCORECARD)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
