"""Take a checkpoint that another study in this folder trains (rule take_miniature)."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.atomic import whole_files
from crosspatch.files.checkpoint_manifests import write_manifest
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.jobs.binding import bind


def main(*, lent: Path, manifest: Path, weights: Path, provenance: Mapping[str, Any]) -> None:
    """Copy the files of the checkpoint and its card, and digest them anew."""
    checkpoint = open_checkpoint(lent)
    with whole_files(weights.parent) as scratch:
        for name in (*checkpoint.digests, "README.md"):
            shutil.copyfile(checkpoint.folder / name, scratch / name)
    write_manifest(manifest, name=checkpoint.name, origin=checkpoint.origin, folder=weights.parent)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
