"""Take a local folder in the Hugging Face layout as a checkpoint (rule adopt_checkpoint)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.checkpoint_manifests import write_manifest
from crosspatch.jobs.binding import bind


def main(*, manifest: Path, name: str, folder: str, stop_tokens: list[str], provenance: Mapping[str, Any]) -> None:
    """Digest the folder's files and write the manifest; the weights stay where they are."""
    origin = {"source": "folder", "folder": folder, "stop_tokens": stop_tokens}
    write_manifest(manifest, name=name, origin=origin, folder=Path(folder).expanduser())


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
