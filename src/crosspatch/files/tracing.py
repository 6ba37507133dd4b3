"""The way from a study's figures and tables back to its checkpoints, as provenance and records tell it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosspatch.errors import CheckpointError
from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.checkpoints import folder_of
from crosspatch.files.digests import file_digest
from crosspatch.files.tables import read_provenance
from crosspatch.records.traces import TracedCheckpoint, TracedFile


def trace_files(finals: Sequence[str], records: Mapping[str, Mapping[str, Any]]) -> list[TracedFile]:
    """Return `finals` and, nearest first, all files that they were made from; paths are relative to the repository."""
    recorded: dict[str, set[str]] = {path: set() for path in finals}
    traced: dict[str, Mapping[str, Any]] = {}
    waiting = list(finals)
    for path in waiting:  # grows while it is walked
        if path in traced:
            continue
        traced[path] = _provenance(path, records)
        for source, digest in traced[path].get("inputs", {}).items():
            recorded.setdefault(source, set()).add(digest)
            waiting.append(source)
        if path in records:
            recorded[path].add(records[path]["outputs"][path])
    return [TracedFile(path, frozenset(recorded[path]), _digest(path), made) for path, made in traced.items()]


def trace_checkpoints(files: Sequence[TracedFile], folder: Path) -> list[TracedCheckpoint]:
    """Return the checkpoints that the files were made with, whose manifests are in `folder`, and their digests now."""
    known: dict[str, Any] = {}
    for file in files:
        known |= file.provenance.get("checkpoints", {})
    return [
        TracedCheckpoint(name, row["origin"], row["digests"], _found(folder / name / MANIFEST, row))
        for name, row in sorted(known.items())
    ]


def _provenance(path: str, records: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if Path(path).suffix == ".parquet" and Path(path).is_file():
        return read_provenance(Path(path))
    return records.get(path, {})


def _digest(path: str) -> str | None:
    return file_digest(Path(path)) if Path(path).is_file() else None


def _found(manifest: Path, row: Mapping[str, Any]) -> dict[str, str]:
    try:
        folder = folder_of(row["origin"], manifest)
    except CheckpointError:
        return {}
    return {name: file_digest(folder / name) for name in row["digests"] if (folder / name).is_file()}
