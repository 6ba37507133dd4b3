"""Manifests of checkpoints: where weights and tokenizer come from, and the digest of each file."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.errors import CheckpointError
from crosspatch.files.atomic import write_text
from crosspatch.files.digests import file_digest

MANIFEST = "checkpoint.json"
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


def write_manifest(path: Path, *, name: str, origin: Mapping[str, Any], folder: Path) -> None:
    """Digest the checkpoint's files in `folder` and write the manifest; CheckpointError if it has no weights."""
    digests = digest_files(folder)
    sizes = {file: (folder / file).stat().st_size for file in digests}
    manifest = {"checkpoint": name, "origin": dict(origin), "digests": digests, "sizes": sizes}
    write_text(path, json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest: name (`checkpoint`), `origin` in the config's words, `digests` and `sizes` by file."""
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


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


def name_with_revision(manifest: Path) -> str:
    """Return how a table names a checkpoint: repository@revision, or its name@the digest of its weights."""
    content = read_manifest(manifest)
    origin, digests = content["origin"], content["digests"]
    if origin["source"] == "hub":
        return f"{origin['repo']}@{origin['revision']}"
    weights = "".join(digest for name, digest in sorted(digests.items()) if name.endswith(".safetensors"))
    return f"{content['checkpoint']}@{hashlib.sha256(weights.encode()).hexdigest()}"
