"""The authors' prompt manifest: JSON lines, one prompt each, known by its SHA-256."""

import hashlib
import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from io import BufferedReader
from pathlib import Path

from crosspatch.errors import PromptError
from crosspatch.files.atomic import whole_file

_SECONDS_WITHOUT_DATA = 60


@dataclass(frozen=True)
class ManifestPrompt:
    """One line of the manifest: id and category in the authors' words, the raw prompt as given to the models."""

    prompt_id: str
    category: str
    source: str
    text: str


def fetch_manifest(url: str, sha256: str, path: Path) -> None:
    """Download the manifest at `url` to `path`, whole or not at all.

    Raises PromptError if the address cannot be read or its content does not have the digest `sha256`.
    """
    with whole_file(path) as scratch:
        _download(url, scratch)
        check_digest(scratch, sha256, origin=url)


def check_digest(path: Path, sha256: str, origin: str) -> None:
    """Raise PromptError, naming `origin`, if the file at `path` does not have the digest `sha256` (64 hex digits)."""
    if not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise PromptError(f"{origin}: {sha256!r} is no SHA-256; give the 64 hex digits that `sha256sum` prints")
    with _opened(path) as handle:
        found = hashlib.file_digest(handle, "sha256").hexdigest()
    if found != sha256.lower():
        raise PromptError(
            f"{origin}: the SHA-256 is {found}, not {sha256.lower()}; this is another version or a damaged copy:"
            " fetch the file again, or correct the digest in config.yaml if the new version is meant"
        )


def read_manifest(path: Path) -> list[ManifestPrompt]:
    """Return the prompts of a manifest in file order; the raw prompt is `formats.B`, else `formats.A`, else `prompt`.

    Raises PromptError, naming the line, if a line is no prompt or repeats an id, and if there is no prompt at all.
    """
    lines: dict[str, int] = {}
    prompts = []
    for number, row in _rows(path):
        prompt = _parsed(row, f"{path}, line {number}")
        first = lines.setdefault(prompt.prompt_id, number)
        if first != number:
            raise PromptError(
                f"{path}: id {prompt.prompt_id!r} of line {number} is that of line {first}; ids must differ"
            )
        prompts.append(prompt)
    if not prompts:
        raise PromptError(f"{path}: the manifest holds no prompt; give a file with one JSON object per line")
    return prompts


def _download(url: str, path: Path) -> None:
    if not url.startswith(("https://", "http://")):
        raise PromptError(f"{url}: a manifest is fetched by https:// or http://; give a local file as a path instead")
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS_WITHOUT_DATA) as answer, path.open("wb") as handle:  # noqa: S310
            shutil.copyfileobj(answer, handle)
    except (OSError, HTTPException, ValueError) as error:
        raise PromptError(
            f"{url}: cannot be fetched ({error}); check the address and the network, or give a local copy by its path"
        ) from error


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise PromptError(f"{path}: cannot be read ({error}); correct the path of the manifest") from error


def _rows(path: Path) -> Iterator[tuple[int, object]]:
    # Binary lines end in \n only; str.splitlines would also cut at the line separators that JSON strings may hold.
    with _opened(path) as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise PromptError(f"{path}, line {number}: not JSON ({error}); fetch the manifest again") from error


def _parsed(row: object, place: str) -> ManifestPrompt:
    if not isinstance(row, dict):
        raise PromptError(f"{place}: a {type(row).__name__} instead of a JSON object; is this a prompt manifest?")
    for key in ("id", "category"):
        if _text(row.get(key)) is None:
            raise PromptError(f"{place}: {key!r} is {row.get(key)!r}, not a word; is this a prompt manifest?")
    formats = row["formats"] if isinstance(row.get("formats"), dict) else {}
    text = _text(formats.get("B")) or _text(formats.get("A")) or _text(row.get("prompt"))
    if text is None:
        raise PromptError(f"{place}: prompt {row['id']!r} has no text in formats.B, formats.A or prompt; add one")
    return ManifestPrompt(row["id"], row["category"], _text(row.get("source")) or "manifest", text)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
