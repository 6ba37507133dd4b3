"""Write the table depth as CSV, Markdown and LaTeX (rule make_table_depth)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.depth_tables import DEPTH, table_depth
from crosspatch.figures.rendering import render
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    depth: Path,
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Interaction and retention of the registered late stack and of the last blocks."""
    table = table_depth(read_table(depth, "control_effects"), labels)
    write_rendered_table(render(table, DEPTH), csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
