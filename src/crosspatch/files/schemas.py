"""Schemas of the study: one YAML file of JSON schema for the config and for each kind of table."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

SCHEMAS = Path(__file__).parents[3] / "schemas"


@cache
def load_schema(kind: str) -> dict[str, Any]:
    """Return the JSON schema `schemas/{kind}.schema.yaml`."""
    schema: dict[str, Any] = yaml.safe_load((SCHEMAS / f"{kind}.schema.yaml").read_text(encoding="utf-8"))
    return schema
