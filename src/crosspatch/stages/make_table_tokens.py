"""Write the table tokens as CSV, Markdown and LaTeX (rule make_table_tokens)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.referee_tables import TOKENS, table_tokens
from crosspatch.figures.rendering import render
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    estimates: Path,
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Interaction and retention by kind of token."""
    table = table_tokens(read_table(estimates, "control_effects"), labels)
    write_rendered_table(render(table, TOKENS), csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
