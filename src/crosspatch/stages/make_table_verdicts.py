"""Write the table verdicts as CSV, Markdown and LaTeX (rule make_table_verdicts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.rendering import render
from crosspatch.figures.verdict_rows import SPEC, table_verdicts
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(*, verdicts: Path, csv: Path, markdown: Path, latex: Path, provenance: Mapping[str, Any]) -> None:
    """Question, expected and measured number, and verdict of every control."""
    rendered = render(table_verdicts(read_table(verdicts, "verdicts")), SPEC)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
