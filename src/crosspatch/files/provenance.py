"""Provenance: what made a file and, through its inputs, which checkpoints and engines stand behind it.

A Parquet table carries its provenance itself; files of other kinds have a record beside them, written by the same job.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.atomic import write_text
from crosspatch.files.checkpoint_manifests import MANIFEST, read_manifest
from crosspatch.files.digests import file_digest
from crosspatch.files.tables import read_provenance

STATES_KEY = "crosspatch"  # of the metadata in a safetensors file of boundary states


def describe_inputs(paths: Iterable[Path]) -> dict[str, Any]:
    """Return `inputs` (SHA-256 by path), and the `checkpoints` and `engines` that the inputs were made with."""
    present = [path for path in paths if path.is_file()]
    checkpoints: dict[str, Any] = {}
    engines: dict[str, list[Any]] = {}
    for path in present:
        note = _note(path)
        checkpoints |= note.get("checkpoints", {})
        for rule, used in note.get("engines", {}).items():
            known = engines.setdefault(rule, [])
            known.extend(engine for engine in used if engine not in known)
    return {
        "inputs": {str(path): file_digest(path) for path in present},
        "checkpoints": checkpoints,
        "engines": engines,
    }


def write_record(path: Path, provenance: Mapping[str, Any], outputs: Iterable[Path]) -> None:
    """Write what made `outputs`, with the digest of each, as JSON."""
    digests = {str(output): file_digest(output) for output in outputs}
    write_text(path, json.dumps({"outputs": digests, **provenance}, indent=2, sort_keys=True) + "\n")


def read_records(paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Return {output path: record} of the records at `paths`."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return {output: record for record in records for output in record["outputs"]}


def with_checkpoint(provenance: Mapping[str, Any], manifest: Path) -> dict[str, Any]:
    """Return the provenance of a table about the checkpoint of `manifest`, which the same job made."""
    return {**provenance, "checkpoints": {**provenance["checkpoints"], **_checkpoint(manifest)}}


def _note(path: Path) -> Mapping[str, Any]:
    if path.name == MANIFEST:
        return {"checkpoints": _checkpoint(path)}
    if path.suffix == ".safetensors":
        return _read_header(path)
    return read_provenance(path) if path.suffix == ".parquet" else {}


def _checkpoint(path: Path) -> dict[str, Any]:
    manifest = read_manifest(path)
    return {manifest["checkpoint"]: {"origin": manifest["origin"], "digests": manifest["digests"]}}


def _read_header(path: Path) -> dict[str, Any]:
    # Eight bytes of length, then JSON. Read here, since the library that reads the tensors imports torch; a file that
    # is damaged is refused by whoever reads its tensors.
    with path.open("rb") as handle:
        length = int.from_bytes(handle.read(8), "little")
        try:
            header = json.loads(handle.read(min(length, path.stat().st_size)))
            note: dict[str, Any] = json.loads(header["__metadata__"][STATES_KEY])
        except (ValueError, KeyError, TypeError):
            return {}
    return note
