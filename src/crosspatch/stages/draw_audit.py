"""Draw the figure audit (rule draw_audit)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.figures.audit import draw_audit
from crosspatch.files.drawings import write_drawing
from crosspatch.files.published import read_published
from crosspatch.files.tables import read_table
from crosspatch.stages.binding import bind


def main(
    *,
    audit: Path,
    steps: Path,
    published: Path,
    pdf: Path,
    png: Path,
    csv: Path,
    label: str,
    provenance: Mapping[str, Any],
) -> None:
    """The published interaction and ours from the same records, and how coarse the logits are."""
    drawing = draw_audit(read_table(audit, "audit"), read_table(steps, "resolution"), read_published(published), label)
    write_drawing(drawing, pdf=pdf, png=png, csv=csv)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
