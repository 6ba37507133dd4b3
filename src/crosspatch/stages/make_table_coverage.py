"""Write the table coverage as CSV, Markdown and LaTeX (rule make_table_coverage)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.claims import table_coverage
from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import COVERAGE
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(*, comparison: Path, csv: Path, markdown: Path, latex: Path, provenance: Mapping[str, Any]) -> None:
    """Every published number, the rule that regenerates it, and the verdict."""
    rendered = render(table_coverage(read_table(comparison, "comparison")), COVERAGE)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
