"""Write one table from finished tables as CSV, Markdown and LaTeX (rule make_table)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.rendering import render
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.shown import module_called, read_finished


def main(
    *,
    csv: Path,
    markdown: Path,
    latex: Path,
    shown: str,
    kinds: Mapping[str, str],
    labels: Mapping[str, str] | None,
    provenance: Mapping[str, Any],
    **tables: Path,
) -> None:
    """The table is what `table_{shown}` makes of the tables, which its parameters name, printed as SPEC says."""
    module = module_called(f"table_{shown}")
    named = {} if labels is None else {"labels": labels}
    rows = getattr(module, f"table_{shown}")(**read_finished(tables, kinds), **named)
    write_rendered_table(render(rows, module.SPEC), csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
