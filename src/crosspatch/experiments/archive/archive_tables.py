"""Pack all that a finished study's figures and tables are drawn from (rule archive_tables)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.archives import PAGE, write_archive
from crosspatch.jobs.binding import bind


def main(
    *,
    tables: list[Path],
    page: Path,
    archive: Path,
    study: str,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Members are named by their place in the study's results folder."""
    folder = archive.parent
    members = {path.relative_to(folder).as_posix(): path for path in tables}
    write_archive(archive, {**members, PAGE: page}, study=study, settings=settings)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
