"""Fetch one hub checkpoint at its pinned revision into the Hugging Face cache (rule fetch_checkpoint)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.checkpoint_manifests import write_manifest
from crosspatch.files.hub import fetch_snapshot
from crosspatch.jobs.binding import bind


def main(
    *, manifest: Path, name: str, repo: str, revision: str, stop_tokens: list[str], provenance: Mapping[str, Any]
) -> None:
    """Fetch, compare with the hub's digests, and write the manifest."""
    origin = {"source": "hub", "repo": repo, "revision": revision, "stop_tokens": stop_tokens}
    write_manifest(manifest, name=name, origin=origin, folder=fetch_snapshot(repo, revision))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
