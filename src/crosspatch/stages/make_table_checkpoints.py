"""Write the table checkpoints as CSV, Markdown and LaTeX (rule make_table_checkpoints)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.figures.rendering import render
from crosspatch.figures.table_specs import CHECKPOINTS
from crosspatch.figures.tables import table_checkpoints
from crosspatch.files.checkpoint_manifests import name_with_revision
from crosspatch.files.rendered_tables import write_rendered_table
from crosspatch.stages.binding import bind


def main(
    *,
    shapes: list[Path],
    base: list[Path],
    tuned: list[Path],
    csv: Path,
    markdown: Path,
    latex: Path,
    labels: Mapping[str, str],
    provenance: Mapping[str, Any],
) -> None:
    """Which checkpoints each pair is made of, and where its boundary lies."""
    rows = []
    for shape_path, base_path, tuned_path in zip(shapes, base, tuned, strict=True):
        shape = json.loads(shape_path.read_text(encoding="utf-8"))
        rows.append(
            {
                "family": labels[shape.pop("pair")],
                "base": name_with_revision(base_path),
                "tuned": name_with_revision(tuned_path),
                **shape,
                "relative_depth": shape["boundary"] / shape["blocks"],
            }
        )
    rendered = render(table_checkpoints(pd.DataFrame(rows)), CHECKPOINTS)
    write_rendered_table(rendered, csv=csv, markdown=markdown, latex=latex)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
