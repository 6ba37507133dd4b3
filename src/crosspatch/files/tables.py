"""Tables that cross a stage: Parquet with a schema, validated on write and on read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crosspatch.errors import TableError
from crosspatch.files.atomic import whole_file
from crosspatch.files.schemas import load_schema

PROVENANCE_KEY = b"crosspatch"
_ARROW_TYPES = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "float32": pa.float32(),  # a number whose format says so: tables of a row per step, block and lens
}


def write_table(frame: pd.DataFrame, path: Path, kind: str, provenance: Mapping[str, Any] | None = None) -> None:
    """Write `frame` as Parquet after checking it against `schemas/{kind}.schema.yaml`.

    Raises TableError, naming column and rule, if the frame does not fit.
    """
    table = _checked(_to_arrow(frame, kind, path), kind, path)
    note = json.dumps(dict(provenance or {}), sort_keys=True).encode()
    with whole_file(path) as scratch:
        pq.write_table(table.replace_schema_metadata({PROVENANCE_KEY: note}), scratch, compression="zstd")


def read_table(path: Path, kind: str) -> pd.DataFrame:
    """Read a table written by `write_table`; raises TableError if it is damaged or does not fit its schema."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise TableError(f"{path}: not a whole Parquet file ({error}); delete it and run snakemake again") from error
    expected = arrow_schema(kind)
    if not table.schema.equals(expected):
        raise TableError(f"{path}: columns {table.schema.names} do not fit the {kind} schema {expected.names}")
    return _checked(table, kind, path).to_pandas()


def fit_table(frame: pd.DataFrame, path: Path, kind: str) -> pd.DataFrame:
    """Return `frame`, read from `path`, as `read_table` would give it back; TableError if it does not fit."""
    # Without the metadata by which pandas would restore the dtypes that `frame` had.
    return _checked(_to_arrow(frame, kind, path), kind, path).replace_schema_metadata(None).to_pandas()


def read_provenance(path: Path) -> dict[str, Any]:
    """Return what `write_table` recorded about how the table was made; TableError if the file is damaged."""
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise TableError(f"{path}: not a whole Parquet file ({error}); delete it and run snakemake again") from error
    note: dict[str, Any] = json.loads(metadata.get(PROVENANCE_KEY, b"{}"))
    return note


def arrow_schema(kind: str) -> pa.Schema:
    """Return the Arrow schema of a table kind; a column is nullable if its JSON type admits `null`."""
    columns = load_schema(kind)["properties"]
    return pa.schema([_arrow_field(name, column) for name, column in columns.items()])


def _to_arrow(frame: pd.DataFrame, kind: str, path: Path) -> pa.Table:
    schema = arrow_schema(kind)
    if set(frame.columns) != set(schema.names):
        missing, unknown = set(schema.names) - set(frame.columns), set(frame.columns) - set(schema.names)
        raise TableError(f"{path}: a {kind} table lacks {sorted(missing)} and has unknown columns {sorted(unknown)}")
    try:
        return pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
        raise TableError(f"{path}: not a {kind} table: {error}") from error


def _checked(table: pa.Table, kind: str, path: Path) -> pa.Table:
    schema = load_schema(kind)
    for field in table.schema:
        column = table.column(field.name)
        if not field.nullable and column.null_count:
            raise TableError(f"{path}: {kind} column {field.name!r} has {column.null_count} missing values")
        allowed = schema["properties"][field.name].get("enum")
        if allowed is not None:
            strange = set(pc.unique(column).to_pylist()) - set(allowed)
            if strange:
                raise TableError(
                    f"{path}: {kind} column {field.name!r} has {sorted(map(str, strange))}, not in {allowed}"
                )
    _check_key(table, schema["x-key"], kind, path)
    return table


def _check_key(table: pa.Table, key: list[str], kind: str, path: Path) -> None:
    rows = table.select(key).to_pandas()
    repeated = rows[rows.duplicated()]
    if len(repeated):
        (first,) = repeated.head(1).to_dict("records")
        raise TableError(f"{path}: a {kind} table has one row per {key}, but {first} occurs more than once")


def _arrow_field(name: str, column: dict[str, Any]) -> pa.Field:
    types = column["type"] if isinstance(column["type"], list) else [column["type"]]
    (kind,) = (entry for entry in types if entry != "null")
    arrow = _ARROW_TYPES[column["items"]["type"] if kind == "array" else column.get("format", kind)]
    return pa.field(name, pa.list_(arrow) if kind == "array" else arrow, nullable="null" in types)
