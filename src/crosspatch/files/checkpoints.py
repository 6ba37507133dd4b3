"""Checkpoint manifests: where a checkpoint's weights and tokenizer are, and the digest of each file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError

from crosspatch.errors import CheckpointError
from crosspatch.files.atomic import write_text

MANIFEST = "checkpoint.json"
SMALL = 64 * 2**20  # bytes up to which a file is digested whenever its checkpoint is opened
WEIGHTS = "*.safetensors"
# What a checkpoint is made of; nothing else is fetched, read or digested. No pickled weights, no code.
PATTERNS = (
    WEIGHTS,
    "*.safetensors.index.json",
    "config.json",
    "generation_config.json",
    "tokenizer*",
    "*.model",
    "vocab*",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
)


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


def write_manifest(path: Path, *, name: str, origin: Mapping[str, Any], folder: Path) -> None:
    """Digest the checkpoint's files in `folder` and write the manifest; CheckpointError if it has no weights."""
    digests = digest_files(folder)
    sizes = {file: (folder / file).stat().st_size for file in digests}
    manifest = {"checkpoint": name, "origin": dict(origin), "digests": digests, "sizes": sizes}
    write_text(path, json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def open_checkpoint(path: Path) -> Checkpoint:
    """Read a manifest and find its files.

    CheckpointError if a file is gone, has another size, or (files up to SMALL) another digest than when the manifest
    was written; `check_contents` digests the large ones too.
    """
    manifest = json.loads(path.read_text(encoding="utf-8"))
    folder = _folder_of(manifest["origin"], path)
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


def digest_files(folder: Path) -> dict[str, str]:
    """Return SHA-256 by name of the files a checkpoint is made of; CheckpointError if weights or config are missing."""
    if not folder.is_dir():
        raise CheckpointError(f"checkpoint folder {str(folder)!r} does not exist; correct the path in config.yaml")
    files = sorted({path for pattern in PATTERNS for path in folder.glob(pattern)})
    if not any(path.suffix == ".safetensors" for path in files):
        raise CheckpointError(
            f"checkpoint folder {str(folder)!r} has no safetensors weights; save the model with save_pretrained() there"
        )
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f"checkpoint folder {str(folder)!r} has no config.json; save the model with save_pretrained()"
        )
    return {path.name: file_digest(path) for path in files}


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _folder_of(origin: Mapping[str, Any], manifest: Path) -> Path:
    if origin["source"] == "hub":
        try:
            return Path(snapshot_download(origin["repo"], revision=origin["revision"], local_files_only=True))
        except LocalEntryNotFoundError as error:
            raise CheckpointError(
                f"{origin['repo']} at {origin['revision']} is not in the Hugging Face cache of this machine (HF_HOME); "
                f"delete {manifest} and run again where the hub can be reached"
            ) from error
    return Path(origin["folder"]) if origin["source"] == "folder" else manifest.parent


def name_with_revision(manifest: Path) -> str:
    """Return how a table names a checkpoint: repository@revision, or its name@the digest of its weights."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    origin, digests = content["origin"], content["digests"]
    if origin["source"] == "hub":
        return f"{origin['repo']}@{origin['revision']}"
    weights = "".join(digest for name, digest in sorted(digests.items()) if name.endswith(".safetensors"))
    return f"{content['checkpoint']}@{hashlib.sha256(weights.encode()).hexdigest()}"


def _differs(path: Path, checkpoint: Checkpoint) -> bool:
    return file_digest(path) != checkpoint.digests[path.name]


def _changed(path: Path, checkpoint: Checkpoint) -> CheckpointError:
    return CheckpointError(
        f"checkpoint {checkpoint.name!r}: {path.name} is gone or not the file whose digest its manifest holds; "
        f"delete its {MANIFEST} and run again, and everything that depends on it follows"
    )
