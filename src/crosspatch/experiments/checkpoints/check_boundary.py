"""Refuse a boundary that is outside the pair's stack (rule check_boundary)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.errors import PairError
from crosspatch.files.atomic import write_text
from crosspatch.jobs.binding import bind


def with_boundary(shape: Mapping[str, Any], boundary: int) -> dict[str, Any]:
    """Return the shape of a pair (`pair`, `blocks`, ...) with its boundary; PairError if a half would have no block."""
    blocks = shape["blocks"]
    if not 0 < boundary < blocks:
        raise PairError(
            f"pair {shape['pair']!r}: boundary {boundary} is outside the stack of {blocks} blocks; "
            f"choose 1..{blocks - 1}"
        )
    return {**shape, "boundary": boundary}


def main(*, checked: Path, shape: Path, boundary: int, provenance: Mapping[str, Any]) -> None:
    """Write blocks, width and boundary of a pair that was checked."""
    content = with_boundary(json.loads(checked.read_text(encoding="utf-8")), boundary)
    write_text(shape, json.dumps(content, indent=2) + "\n")


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
