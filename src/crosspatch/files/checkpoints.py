"""Checkpoints as files: the folder that holds the weights and the tokenizer of a manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError

from crosspatch.errors import CheckpointError
from crosspatch.files.checkpoint_manifests import MANIFEST, WANTED, read_manifest
from crosspatch.files.digests import file_digest

SMALL = 64 * 2**20  # bytes up to which a file is digested whenever its checkpoint is opened


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint whose files were whole when its manifest was written.

    origin: where it comes from, as the config says it; folder: where its files are now; digests: SHA-256 by file name.
    """

    name: str
    origin: Mapping[str, Any]
    folder: Path
    digests: Mapping[str, str]

    @property
    def stop_tokens(self) -> list[str]:
        """Tokens that end a rollout besides the tokenizer's own end token."""
        return list(self.origin.get("stop_tokens", []))


def open_checkpoint(path: Path) -> Checkpoint:
    """Read a manifest and find its files.

    CheckpointError if a file is gone, has another size, or (files up to SMALL) another digest than when the manifest
    was written; `check_contents` digests the large ones too.
    """
    manifest = read_manifest(path)
    folder = folder_of(manifest["origin"], path)
    checkpoint = Checkpoint(manifest["checkpoint"], manifest["origin"], folder, manifest["digests"])
    for name, size in manifest["sizes"].items():
        found = folder / name
        if not found.is_file() or found.stat().st_size != size or (size <= SMALL and _differs(found, checkpoint)):
            raise _changed(found, checkpoint)
    return checkpoint


def check_contents(checkpoint: Checkpoint) -> None:
    """CheckpointError if any file, however large, is not the one that was digested."""
    for name in checkpoint.digests:
        if _differs(checkpoint.folder / name, checkpoint):
            raise _changed(checkpoint.folder / name, checkpoint)


def folder_of(origin: Mapping[str, Any], manifest: Path) -> Path:
    """Return where the files of a checkpoint are; CheckpointError if the hub's are not on this machine."""
    if origin["source"] == "hub":
        try:
            repo, revision = origin["repo"], origin["revision"]
            return Path(snapshot_download(repo, revision=revision, local_files_only=True, **WANTED))
        except LocalEntryNotFoundError as error:
            raise CheckpointError(
                f"{origin['repo']} at {origin['revision']} is not in the Hugging Face cache of this machine "
                f"(HF_HUB_CACHE); delete {manifest} and run again where the hub can be reached"
            ) from error
    return Path(origin["folder"]).expanduser() if origin["source"] == "folder" else manifest.parent


def _differs(path: Path, checkpoint: Checkpoint) -> bool:
    return file_digest(path) != checkpoint.digests[path.name]


def _changed(path: Path, checkpoint: Checkpoint) -> CheckpointError:
    return CheckpointError(
        f"checkpoint {checkpoint.name!r}: {path.name} is gone or not the file whose digest its manifest holds; "
        f"delete its {MANIFEST} and run again, and everything that depends on it follows"
    )
