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
MODE = "raw_shared"
KIND = "first_diff"
ROUNDING = 1e-4
"""The authors' runner refuses a no-op patch that moves the state further."""
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
class NoopCheck:
    """A checkpoint patched with its own state: how far state and margins moved, and the top token."""

    side: str
    state_distance: float
    margin_distance: float
    same_top: bool


@dataclass(frozen=True)
class Record:
    """One prompt's first divergence with its twelve readings and two no-op checks; of an invalid event none is read."""

    prompt_id: str
    step: int
    base_token: int
    tuned_token: int
    valid: bool
    readings: tuple[Reading, ...]
    checks: tuple[NoopCheck, ...]


def read_records(path: Path, *, pair: str, boundary: int) -> tuple[list[Record], list[str]]:
    """Return the records of prompts with an event, and the ids of prompts without one, in file order.

    `pair` is the model whose records these are, `boundary` the first block of its late stack.

    Raises TableError, naming the line, if the file is not whole, a line is no record or one of another model, prompt
    mode, kind of event or boundary, a cell or readout is missing or not a number, a margin is not the difference of its
    logits, a no-op check is missing or fails, or a prompt occurs twice.
    """
    records, without, lines = [], [], dict[str, int]()
    for number, row in _rows(path):
        place = f"{path}, line {number}"
        prompt = _word(row, "prompt_id", place)
        first = lines.setdefault(prompt, number)
        if first != number:
            raise TableError(f"{place}: prompt {prompt!r} is that of line {first}; {_REMEDY}")
        place = f"{place}, prompt {prompt!r}"
        _same(row, "model", pair, place, "correct published_records/pair in config.yaml")
        _same(row, "prompt_mode", MODE, place, _REMEDY)
        events = _mapping(row, "events", place)
        if events:
            records.append(_record(_mapping(events, KIND, place), prompt, boundary, place))
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


def _record(event: Mapping[str, Any], prompt: str, boundary: int, place: str) -> Record:
    valid = event.get("valid")
    if not isinstance(valid, bool):
        raise TableError(f"{place}: 'valid' is {valid!r}, not true or false; {_REMEDY}")
    about = _mapping(event, "event", place)
    _same(about, "kind", KIND, place, _REMEDY)
    if valid:
        _same(event, "boundary_layer", boundary, place, "correct the pair's boundary in config.yaml")
    cells = _mapping(event, "cells", place) if valid else {}
    return Record(
        prompt_id=prompt,
        step=_whole(about, "step", place),
        base_token=_whole(event, "pt_token_id", place),
        tuned_token=_whole(event, "it_token_id", place),
        valid=valid,
        readings=tuple(_readings(cells, place)) if valid else (),
        checks=tuple(_checks(event, cells, place)) if valid else (),
    )


def _same(row: Mapping[str, Any], key: str, wanted: str | int, place: str, remedy: str) -> None:
    if row.get(key) != wanted:
        raise TableError(f"{place}: {key!r} is {row.get(key)!r}, not {wanted!r}; {remedy}")


def _readings(cells: Mapping[str, Any], place: str) -> Iterator[Reading]:
    for upstream in SIDES:
        for late in SIDES:
            yield from _of_cell(cells, f"U_{upstream}__L_{late}", (upstream, late), place)


def _of_cell(cells: Mapping[str, Any], name: str, sides: tuple[str, str], place: str) -> Iterator[Reading]:
    cell, place = _mapping(cells, name, place), f"{place}, {name}"
    upstream, late = (SIDES[side] for side in sides)
    readouts = {"common_tuned": "common_it", "common_base": "common_pt", "native": f"native_{sides[1].lower()}"}
    for readout, key in readouts.items():
        yield _reading(_mapping(cell, key, place), (upstream, late, readout), f"{place}, {key}")


def _reading(row: Mapping[str, Any], where: tuple[str, str, str], place: str) -> Reading:
    chosen = _word(row, "token_choice_class", place)
    if chosen not in CLASSES:
        raise TableError(f"{place}: 'token_choice_class' is {chosen!r}, not one of {sorted(CLASSES)}; {_REMEDY}")
    margin, base, tuned = (_number(row, key, place) for key in ("it_vs_pt_margin", "pt_logit", "it_logit"))
    if abs(margin - (tuned - base)) > ROUNDING:
        raise TableError(
            f"{place}: 'it_vs_pt_margin' is {margin}, but 'it_logit' - 'pt_logit' is {tuned - base}; {_REMEDY}"
        )
    return Reading(
        *where,
        base_logit=base,
        tuned_logit=tuned,
        margin=margin,
        top_token=_whole(row, "final_top1_id", place),
        top_class=CLASSES[chosen],
    )


def _checks(event: Mapping[str, Any], cells: Mapping[str, Any], place: str) -> Iterator[NoopCheck]:
    """Compare each no-op cell with its unpatched cell, whatever the file says of them, and refuse what either finds."""
    stated = _mapping(event, "noop_patch_checks", place)
    for side, ours in SIDES.items():
        name = f"U_{side}__L_{side}"
        noop = f"{name}_noop_patch"
        pairs = list(zip(*(_of_cell(cells, cell, (side, side), place) for cell in (name, noop)), strict=True))
        found = NoopCheck(
            ours,
            _number(cells[noop], "patch_input_delta_max_abs", f"{place}, {noop}"),
            max(abs(patched.margin - plain.margin) for plain, patched in pairs),
            all(patched.top_token == plain.top_token for plain, patched in pairs),
        )
        theirs = _stated(_mapping(stated, f"{noop}_vs_{name}", place), ours, f"{place}, {noop}_vs_{name}")
        _hold(found, f"{place}, {noop}")
        _hold(theirs, f"{place}, {noop}_vs_{name}")
        yield found


def _stated(check: Mapping[str, Any], side: str, place: str) -> NoopCheck:
    readouts = _mapping(check, "readouts", place)
    rows = [(_mapping(readouts, key, place), f"{place}, {key}") for key in readouts]
    return NoopCheck(
        side,
        _number(check, "patch_input_delta_max_abs", place),
        max((_number(row, "margin_abs_delta", where) for row, where in rows), default=0.0),
        all(row.get("top1_equal") is True for row, _ in rows),
    )


def _hold(check: NoopCheck, place: str) -> None:
    if max(check.state_distance, check.margin_distance) > ROUNDING or not check.same_top:
        top = "the same" if check.same_top else "another"
        raise TableError(
            f"{place}: the {check.side} checkpoint's own state moved the state by {check.state_distance} and a margin "
            f"by {check.margin_distance} (at most {ROUNDING}), and {top} token is on top; {_REMEDY}"
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
