"""Write the table readouts as CSV, Markdown and LaTeX (rule make_table_readouts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import READOUT_EFFECTS
from crosspatch.figures.tables import table_readouts
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *, effects: Path, csv: Path, markdown: Path, latex: Path, labels: Mapping[str, str], provenance: Mapping[str, Any]
) -> None:
    """Effects of every family under each readout."""
    rendered = render(table_readouts(read_table(effects, "effects"), labels), READOUT_EFFECTS)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
