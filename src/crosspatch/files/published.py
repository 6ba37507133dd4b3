"""The papers' numbers in `data/published`: CSV files of one row per number."""

from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.errors import TableError
from crosspatch.files.schemas import load_schema
from crosspatch.files.tables import fit_table
from crosspatch.records.numbers import NUMBER, VIEW

_TYPES = {"string": "string", "number": "float64", "integer": "Int64"}


def read_published(path: Path) -> pd.DataFrame:
    """Return published numbers (columns of the published schema); empty cells are missing.

    Raises TableError, naming file and claim, if the file does not fit its schema or a row names its estimate in part.
    """
    columns = load_schema("published")["properties"]
    types: Any = {name: _TYPES[_kind(column["type"])] for name, column in columns.items()}
    try:
        rows = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""], encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read ({error}); give a comma-separated file in UTF-8") from error
    published = fit_table(rows, path, "published")
    _check_keys(published, path)
    return published


def _kind(types: str | list[str]) -> str:
    return types if isinstance(types, str) else next(kind for kind in types if kind != "null")


def _check_keys(published: pd.DataFrame, path: Path) -> None:
    """Raise TableError if a row names an estimate in part; of VIEW it may name nothing."""
    named = published[list(NUMBER)].notna()
    without_view = named.drop(columns=list(VIEW)).all(axis=1) & ~named[list(VIEW)].any(axis=1)
    partly = published[named.any(axis=1) & ~named.all(axis=1) & ~without_view]
    if len(partly):
        row = partly.iloc[0]
        missing = [key for key in NUMBER if pd.isna(row[key])]
        raise TableError(
            f"{path}: claim {row['claim']!r} names an estimate without {missing}; name all of it or nothing"
        )
