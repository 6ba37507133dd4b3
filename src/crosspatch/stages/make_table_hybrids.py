"""Write the table hybrids as CSV, Markdown and LaTeX (rule make_table_hybrids)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.figures.hybrids import SPEC, table_hybrids
from crosspatch.figures.rendering import render
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    estimates: list[Path],
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """What other states do in the place of the tuned upstream state, one row per family."""
    joined = pd.concat([read_table(path, "control_effects") for path in estimates], ignore_index=True)
    write_rendered_table(render(table_hybrids(joined, labels), SPEC), csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
