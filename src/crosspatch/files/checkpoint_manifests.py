"""Manifests of checkpoints: where weights and tokenizer come from, and the digest of each file."""

import hashlib
import json
from collections.abc import Collection, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from crosspatch.errors import CheckpointError
from crosspatch.files.atomic import write_text
from crosspatch.files.digests import file_digest

MANIFEST = "checkpoint.json"
WEIGHTS = "*.safetensors"
INDEX = "*.safetensors.index.json"
# What a checkpoint is made of; nothing else is fetched, read or digested. No pickled weights, no code.
PATTERNS = (
    WEIGHTS,
    INDEX,
    "config.json",
    "generation_config.json",
    "tokenizer*",
    "*.model",
    "vocab*",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template*",
)
# The same weights once more, in their maker's own layout or for other libraries: as large, and never loaded.
COPIES = ("consolidated*", "*/*")
# The same, as the hub's library is told it, whether it fetches or looks into its cache: a cache without what was never
# asked for is incomplete to it, unless it hears each time what is wanted.
WANTED: Mapping[str, list[str]] = {"allow_patterns": list(PATTERNS), "ignore_patterns": list(COPIES)}


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
    """Return SHA-256 by name of the files a checkpoint is made of.

    CheckpointError if weights, config or a shard that the index of the weights names are missing.
    """
    if not folder.is_dir():
        raise CheckpointError(f"checkpoint folder {str(folder)!r} does not exist; correct the path in config.yaml")
    found = {path for pattern in PATTERNS for path in folder.glob(pattern)}
    files = sorted(path for path in found if not any(fnmatch(path.name, copy) for copy in COPIES))
    if not any(path.suffix == ".safetensors" for path in files):
        raise CheckpointError(
            f"checkpoint folder {str(folder)!r} has no safetensors weights; save the model with save_pretrained() there"
        )
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f"checkpoint folder {str(folder)!r} has no config.json; save the model with save_pretrained()"
        )
    _check_shards(folder, {path.name for path in files})
    return {path.name: file_digest(path) for path in files}


def _check_shards(folder: Path, files: Collection[str]) -> None:
    for index in sorted(folder.glob(INDEX)):
        shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        missing = sorted(shards - set(files))
        if missing:
            raise CheckpointError(
                f"checkpoint folder {str(folder)!r} lacks {len(missing)} of the {len(shards)} shards that {index.name} "
                f"names, first {missing[0]!r}; fetch or copy them there"
            )


def name_with_revision(manifest: Path) -> str:
    """Return how a table names a checkpoint: repository@revision, or its name@the digest of its weights."""
    content = read_manifest(manifest)
    origin, digests = content["origin"], content["digests"]
    if origin["source"] == "hub":
        return f"{origin['repo']}@{origin['revision']}"
    weights = "".join(digest for name, digest in sorted(digests.items()) if name.endswith(".safetensors"))
    return f"{content['checkpoint']}@{hashlib.sha256(weights.encode()).hexdigest()}"
