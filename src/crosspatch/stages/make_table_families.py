"""Write the table families as CSV, Markdown and LaTeX (rule make_table_families)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.referee_tables import FAMILIES, table_families
from crosspatch.figures.rendering import render
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    effects: Path,
    tests: Path,
    swaps: Path,
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Interaction, standard errors, tests and shares of every family."""
    tables = read_table(effects, "effects"), read_table(tests, "tests"), read_table(swaps, "control_effects")
    table = table_families(*tables, labels)
    write_rendered_table(render(table, FAMILIES), csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
