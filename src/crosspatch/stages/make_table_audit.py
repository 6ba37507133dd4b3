"""Write the table audit as CSV, Markdown and LaTeX (rule make_table_audit)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.audit_rows import table_audit
from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import AUDIT
from crosspatch.files.published import read_published
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, audit: Path, published: Path, csv: Path, markdown: Path, latex: Path, provenance: Mapping[str, Any]
) -> None:
    """The published effects and ours from the same records, by selection of prompts."""
    rendered = render(table_audit(read_table(audit, "audit"), read_published(published)), AUDIT)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
