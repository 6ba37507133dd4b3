"""Take what a study's figures and tables are drawn from out of an archive (rule unpack_archive)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.archives import read_archive
from crosspatch.files.atomic import write_bytes
from crosspatch.jobs.binding import bind


def main(
    *,
    archive: Path,
    tables: list[Path],
    study: str,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Check the whole archive before anything is written."""
    names = {path.relative_to(f"results/{study}").as_posix(): path for path in tables}
    for name, content in read_archive(archive, names.keys(), study=study, settings=settings).items():
        write_bytes(names[name], content)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
