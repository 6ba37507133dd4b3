"""Schemas of the study: one YAML file of JSON schema for the config and for each kind of table."""

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

SCHEMAS = Path(__file__).parents[3] / "schemas"

_ARROW_TYPES = {"integer": pa.int64(), "number": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}


@cache
def load_schema(kind: str) -> dict[str, Any]:
    """Return the JSON schema `schemas/{kind}.schema.yaml`."""
    schema: dict[str, Any] = yaml.safe_load((SCHEMAS / f"{kind}.schema.yaml").read_text(encoding="utf-8"))
    return schema


def arrow_schema(kind: str) -> pa.Schema:
    """Return the Arrow schema of a table kind; a column is nullable if its JSON type admits `null`."""
    columns = load_schema(kind)["properties"]
    return pa.schema([_arrow_field(name, column) for name, column in columns.items()])


def _arrow_field(name: str, column: dict[str, Any]) -> pa.Field:
    types = column["type"] if isinstance(column["type"], list) else [column["type"]]
    (kind,) = (entry for entry in types if entry != "null")
    arrow = pa.list_(_ARROW_TYPES[column["items"]["type"]]) if kind == "array" else _ARROW_TYPES[kind]
    return pa.field(name, arrow, nullable="null" in types)
