"""The authors' per-event records: gzipped JSON lines, one prompt each, with the margins of four cells."""

import gzip
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosspatch.errors import TableError

SIDES: Mapping[str, str] = {"PT": "base", "IT": "tuned"}
CLASSES: Mapping[str, str] = {"pt": "base", "it": "tuned", "other": "other"}
_REMEDY = "this is not the published record file, or a damaged copy; fetch it again"


@dataclass(frozen=True)
class Reading:
    """One cell under one readout; logits and margin come from logits in the checkpoint's dtype."""

    upstream: str
    late: str
    readout: str
    base_logit: float
    tuned_logit: float
    margin: float
    top_token: int
    top_class: str


@dataclass(frozen=True)
class Record:
    """One prompt's first divergence with its twelve readings; those of an invalid event are not read."""

    prompt_id: str
    step: int
    base_token: int
    tuned_token: int
    valid: bool
    readings: tuple[Reading, ...]


def read_records(path: Path) -> tuple[list[Record], list[str]]:
    """Return the records of prompts with an event, and the ids of prompts without one, in file order.

    Raises TableError, naming the line, if the file is not whole, a line is no record, a cell or readout is missing or
    not a number, or a prompt occurs twice.
    """
    records, without, lines = [], [], dict[str, int]()
    for number, row in _rows(path):
        place = f"{path}, line {number}"
        prompt = _word(row, "prompt_id", place)
        first = lines.setdefault(prompt, number)
        if first != number:
            raise TableError(f"{place}: prompt {prompt!r} is that of line {first}; {_REMEDY}")
        place = f"{place}, prompt {prompt!r}"
        events = _mapping(row, "events", place)
        if events:
            records.append(_record(_mapping(events, "first_diff", place), prompt, place))
        else:
            without.append(prompt)
    if not records:
        raise TableError(f"{path}: no record holds an event; {_REMEDY}")
    return records, without


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        with gzip.open(path, "rb") as handle:
            for number, line in enumerate(handle, start=1):
                yield number, _parsed(line, f"{path}, line {number}")
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(f"{path}: not a whole gzip file ({error}); {_REMEDY}") from error


def _parsed(line: bytes, place: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise TableError(f"{place}: not JSON ({error}); {_REMEDY}") from error
    if not isinstance(row, dict):
        raise TableError(f"{place}: a {type(row).__name__} instead of a JSON object; {_REMEDY}")
    return row


def _record(event: Mapping[str, Any], prompt: str, place: str) -> Record:
    valid = event.get("valid")
    if not isinstance(valid, bool):
        raise TableError(f"{place}: 'valid' is {valid!r}, not true or false; {_REMEDY}")
    return Record(
        prompt_id=prompt,
        step=_whole(_mapping(event, "event", place), "step", place),
        base_token=_whole(event, "pt_token_id", place),
        tuned_token=_whole(event, "it_token_id", place),
        valid=valid,
        readings=tuple(_readings(_mapping(event, "cells", place), place)) if valid else (),
    )


def _readings(cells: Mapping[str, Any], place: str) -> Iterator[Reading]:
    for upstream, up in SIDES.items():
        for late, side in SIDES.items():
            name = f"U_{upstream}__L_{late}"
            cell = _mapping(cells, name, place)
            readouts = {"common_tuned": "common_it", "common_base": "common_pt", "native": f"native_{late.lower()}"}
            for readout, key in readouts.items():
                yield _reading(_mapping(cell, key, f"{place}, {name}"), (up, side, readout), f"{place}, {name}, {key}")


def _reading(row: Mapping[str, Any], where: tuple[str, str, str], place: str) -> Reading:
    chosen = _word(row, "token_choice_class", place)
    if chosen not in CLASSES:
        raise TableError(f"{place}: 'token_choice_class' is {chosen!r}, not one of {sorted(CLASSES)}; {_REMEDY}")
    return Reading(
        *where,
        base_logit=_number(row, "pt_logit", place),
        tuned_logit=_number(row, "it_logit", place),
        margin=_number(row, "it_vs_pt_margin", place),
        top_token=_whole(row, "final_top1_id", place),
        top_class=CLASSES[chosen],
    )


def _mapping(row: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    found: Any = row.get(key)
    if not isinstance(found, dict):
        raise TableError(f"{place}: no {key!r} ({found!r} is no JSON object); {_REMEDY}")
    return found


def _word(row: Mapping[str, Any], key: str, place: str) -> str:
    found = row.get(key)
    if not isinstance(found, str) or not found:
        raise TableError(f"{place}: {key!r} is {found!r}, not a word; {_REMEDY}")
    return found


def _whole(row: Mapping[str, Any], key: str, place: str) -> int:
    found = row.get(key)
    if not isinstance(found, int) or isinstance(found, bool):
        raise TableError(f"{place}: {key!r} is {found!r}, not a whole number; {_REMEDY}")
    return found


def _number(row: Mapping[str, Any], key: str, place: str) -> float:
    found = row.get(key)
    if not isinstance(found, int | float) or isinstance(found, bool) or not math.isfinite(found):
        raise TableError(f"{place}: {key!r} is {found!r}, not a finite number; {_REMEDY}")
    return float(found)
