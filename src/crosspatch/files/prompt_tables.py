"""Prompts in CSV files (the ones in `data/prompts` and a user's own table), and what every prompt set must satisfy."""

import csv
from pathlib import Path

import pandas as pd

from crosspatch.errors import PromptError
from crosspatch.files.schemas import load_schema

TABLE_COLUMNS = ("prompt_id", "category", "text")
OPTIONAL_COLUMNS = ("source", "template")
EXPECTED_COLUMNS = ("validator", "expected")
WRITTEN_COLUMNS = ("id", "topic", "text")


def read_prompt_table(path: Path) -> pd.DataFrame:
    """Return the prompt set in a user's CSV with columns prompt_id, category, text and optionally source, template.

    It may have the columns of `read_table_expectations` as well, which are no part of the set. A missing source is the
    file's name; without a template each text counts as written on its own. Order is kept. Raises PromptError if the
    file cannot be read, has other columns, or holds no set `check_prompts` accepts.
    """
    rows = _read_rows(path, required=TABLE_COLUMNS, optional=(*OPTIONAL_COLUMNS, *EXPECTED_COLUMNS))
    completed = [{"source": path.name, "template": row["prompt_id"], **row} for row in rows]
    return check_prompts(pd.DataFrame(completed), origin=str(path))


def read_table_expectations(path: Path) -> dict[str, tuple[str, str]]:
    """Return validator and expected text of each prompt in a user's CSV by id, blank where its columns are absent.

    Raises PromptError as `read_prompt_table` does.
    """
    known = read_prompt_table(path)["prompt_id"]
    rows = _read_rows(path, required=TABLE_COLUMNS, optional=(*OPTIONAL_COLUMNS, *EXPECTED_COLUMNS))
    told = [(row.get("validator", ""), row.get("expected", "")) for row in rows]
    return dict(zip(known, told, strict=True))


def read_written_prompts(path: Path) -> list[dict[str, str]]:
    """Return the rows (id, topic, text) of one file of `data/prompts`; raises PromptError if it cannot be read."""
    return _read_rows(path, required=WRITTEN_COLUMNS)


def check_prompts(prompts: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Return `prompts` with the columns of the prompts schema, in its order, as one non-empty set.

    Raises PromptError, naming `origin`, if there is no prompt, a blank value, or an id that occurs twice.
    """
    if prompts.empty:
        raise PromptError(
            f"{origin}: no prompt is left; a study needs at least one, so check the file and the selection"
        )
    prompts = prompts[list(load_schema("prompts")["properties"])].reset_index(drop=True)
    for column in prompts.columns:
        _refuse_blanks(prompts, column, origin)
    repeated = prompts.loc[prompts["prompt_id"].duplicated(), "prompt_id"]
    if len(repeated):
        raise PromptError(
            f"{origin}: prompt id {repeated.iloc[0]!r} occurs more than once; give every prompt its own id"
        )
    return prompts


def _refuse_blanks(prompts: pd.DataFrame, column: str, origin: str) -> None:
    blank = prompts[column].str.strip() == ""
    if blank.any():
        row = int(blank.to_numpy().argmax())
        prompt = prompts["prompt_id"].iloc[row]
        raise PromptError(f"{origin}: prompt {prompt!r} (row {row}) has a blank {column}; fill it in or remove the row")


def _read_rows(path: Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            header = list(reader.fieldnames or [])
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PromptError(f"{path}: cannot be read ({error}); give a comma-separated file in UTF-8") from error
    _check_header(path, header, required, optional)
    for line, row in rows:
        if None in row or None in row.values():
            raise PromptError(
                f"{path}: the row that ends in line {line} does not fit the header; quote texts with commas"
            )
    return [dict(row) for _, row in rows]


def _check_header(path: Path, header: list[str], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    missing, unknown = set(required) - set(header), set(header) - set(required) - set(optional)
    if missing or unknown or len(set(header)) < len(header):
        raise PromptError(
            f"{path}: the header is {header}, which lacks {sorted(missing)} and has unknown or repeated columns"
            f" {sorted(unknown)}; name {list(required)} once each, and optionally {list(optional)}"
        )
