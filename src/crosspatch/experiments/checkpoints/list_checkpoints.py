"""List the checkpoints and the shape of every pair (rule list_checkpoints)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.files.checkpoint_manifests import name_with_revision
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(
    *, shapes: list[Path], base: list[Path], tuned: list[Path], checkpoints: Path, provenance: Mapping[str, Any]
) -> None:
    """One row per pair: both checkpoints with their revisions, blocks, d_model, boundary, and its relative depth."""
    rows = []
    for shape_path, base_path, tuned_path in zip(shapes, base, tuned, strict=True):
        shape = json.loads(shape_path.read_text(encoding="utf-8"))
        names = {"base": name_with_revision(base_path), "tuned": name_with_revision(tuned_path)}
        rows.append({**names, **shape, "relative_depth": shape["boundary"] / shape["blocks"]})
    write_table(pd.DataFrame(rows), checkpoints, "checkpoints", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
