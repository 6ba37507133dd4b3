"""Fetch the authors' per-event records and check their digest (rule fetch_published_records)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.errors import TableError
from crosspatch.files.downloads import take_file
from crosspatch.jobs.binding import bind


def main(*, records: Path, url: str | None, path: str | None, sha256: str, provenance: Mapping[str, Any]) -> None:
    """Fetch by URL, or copy a local file."""
    take_file(records, url=url, path=path, sha256=sha256, refusal=TableError)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
