"""Write the table commitment as CSV, Markdown and LaTeX (rule make_table_commitment)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.depth_tables import COMMITMENT, table_commitment
from crosspatch.figures.rendering import render
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    commitment: Path,
    regression: Path,
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Effects over events sorted by boundary margins, and at equal ones."""
    table = table_commitment(
        read_table(commitment, "control_effects"), read_table(regression, "control_effects"), labels
    )
    write_rendered_table(render(table, COMMITMENT), csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
