"""Fetch the papers' own prompt manifest and check its digest (rule fetch_prompts)."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.prompt_sets import adopt_manifest
from crosspatch.files.atomic import whole_file
from crosspatch.files.manifests import check_digest, fetch_manifest, read_manifest
from crosspatch.files.tables import write_table
from crosspatch.stages.binding import bind


def main(
    *, prompts: Path, manifest: Path, url: str | None, path: str | None, sha256: str, provenance: Mapping[str, Any]
) -> None:
    """Fetch by URL, or copy a local file, and take its raw prompts; the authors' ids are kept."""
    if url is not None:
        fetch_manifest(url, sha256, manifest)
    else:
        check_digest(Path(str(path)), sha256, origin=str(path))
        with whole_file(manifest) as scratch:
            shutil.copyfile(str(path), scratch)
    write_table(adopt_manifest(read_manifest(manifest)), prompts, "prompts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
