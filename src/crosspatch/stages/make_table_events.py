"""Write the table events as CSV, Markdown and LaTeX (rule make_table_events)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import EVENT_COUNTS
from crosspatch.figures.tables import table_events
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    events: list[Path],
    cells: list[Path],
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """What became of every prompt, one row per family."""
    found = pd.concat([read_table(path, "events") for path in events], ignore_index=True)
    measured = pd.concat([read_table(path, "cells") for path in cells], ignore_index=True)
    rendered = render(table_events(found, measured, labels), EVENT_COUNTS)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
