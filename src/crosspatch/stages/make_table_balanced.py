"""Write the table balanced as CSV, Markdown and LaTeX (rule make_table_balanced)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import BALANCED
from crosspatch.figures.tables import table_balanced
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, effects: Path, csv: Path, markdown: Path, latex: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Family-balanced effects, one row per kind of interval."""
    rendered = render(table_balanced(read_table(effects, "effects"), labels), BALANCED)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
