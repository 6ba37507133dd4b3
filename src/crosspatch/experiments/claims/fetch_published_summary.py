"""Fetch one of the authors' summaries and check its digest (rule fetch_published_summary)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.errors import TableError
from crosspatch.files.downloads import take_file
from crosspatch.jobs.binding import bind


def main(
    *, summary: Path, url: str | None, path: str | None, sha256: str | None, provenance: Mapping[str, Any]
) -> None:
    """Fetch by URL, or copy a local file; one without a known digest is refused, naming the one that it has."""
    take_file(summary, url=url, path=path, sha256=sha256, refusal=TableError)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
