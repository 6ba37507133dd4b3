"""Write the table windows as CSV, Markdown and LaTeX (rule make_table_windows)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.rendering import render
from crosspatch.figures.window_rows import SPEC, table_windows
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    windows: Path,
    write_out: Path,
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Whose token is picked, and what MLPs write, by window."""
    estimates = [read_table(path, "control_effects") for path in (windows, write_out)]
    rendered = render(table_windows(*estimates, labels), SPEC)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
