"""The authors' prompt manifest: JSON lines, one prompt each, known by its SHA-256."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from crosspatch.errors import PromptError


@dataclass(frozen=True)
class ManifestPrompt:
    """One line of the manifest: id and category in the authors' words, the raw prompt as given to the models, and what
    they expected of an answer, where they said.
    """

    prompt_id: str
    category: str
    source: str
    text: str
    expected_answer: str | None = None
    expected_behavior: str | None = None
    criterion: Mapping[str, Any] | None = None


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
    criterion = row.get("compliance_criteria")
    return ManifestPrompt(
        *(row["id"], row["category"], _text(row.get("source")) or "manifest", text),
        expected_answer=_text(row.get("expected_answer")),
        expected_behavior=_text(row.get("expected_behavior")),
        criterion=criterion if isinstance(criterion, dict) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
