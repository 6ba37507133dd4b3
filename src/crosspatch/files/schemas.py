"""Schemas of the study: one YAML file of JSON schema for the config and for each kind of table."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

SCHEMAS = Path(__file__).parents[3] / "schemas"


@cache
def load_schema(kind: str) -> dict[str, Any]:
    """Return the JSON schema `schemas/{kind}.schema.yaml`."""
    text = (SCHEMAS / f"{kind}.schema.yaml").read_text(encoding="utf-8")
    schema: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return schema
