"""Refuse a boundary that is outside the pair's stack (rule check_boundary)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.checkpoints.cut import with_boundary
from crosspatch.files.atomic import write_text
from crosspatch.jobs.binding import bind


def main(*, checked: Path, shape: Path, boundary: int, provenance: Mapping[str, Any]) -> None:
    """Write blocks, width and boundary of a pair that was checked."""
    content = with_boundary(json.loads(checked.read_text(encoding="utf-8")), boundary)
    write_text(shape, json.dumps(content, indent=2) + "\n")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
