"""Fetch the papers' own prompt manifest and check its digest (rule fetch_prompts)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.errors import PromptError
from crosspatch.experiments.prompts.prompt_sets import adopt_manifest
from crosspatch.files.downloads import take_file
from crosspatch.files.manifests import read_manifest
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind


def main(
    *, prompts: Path, manifest: Path, url: str | None, path: str | None, sha256: str, provenance: Mapping[str, Any]
) -> None:
    """Fetch by URL, or copy a local file, and take its raw prompts; the authors' ids are kept."""
    take_file(manifest, url=url, path=path, sha256=sha256, refusal=PromptError)
    write_table(adopt_manifest(read_manifest(manifest)), prompts, "prompts", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
