"""What a rule's code is: a digest of the syntax of a stage, of everything it imports, and of the schemas it names.

Comments, docstrings and formatting do not count, nor do descriptions in a schema, so editing them reruns nothing;
any other edit of a module or schema reruns exactly the rules whose stages import the one or name the other.
"""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from crosspatch.files.schemas import SCHEMAS, load_schema
from crosspatch.workflow.closure import import_closure, syntax_of

# Functions that are told the kind of a table.
SCHEMA_CALLS = frozenset({"fit_table", "load_schema", "read_table", "write_table"})
_ANNOTATIONS = frozenset({"$schema", "title", "description"})  # what a schema says to its readers only


@cache
def code_digest(stage: str) -> str:
    """Return the digest of `crosspatch.stages.{stage}`, its import closure inside the package, and their schemas."""
    closure = import_closure(f"crosspatch.stages.{stage}")
    kinds = sorted({kind for module in closure for kind in schemas_named(module)})
    lines = [f"{module} {_syntax_digest(module)}" for module in closure]
    lines += [f"{kind}.schema.yaml {_schema_digest(kind)}" for kind in kinds]
    return _sha256("\n".join(lines))[:16]


@cache
def schemas_named(module: str) -> frozenset[str]:
    """Return the kinds of tables that a module reads or writes: the words it calls `read_table` and the like with."""
    calls = (node for node in ast.walk(syntax_of(module)) if isinstance(node, ast.Call))
    return frozenset(
        word
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in SCHEMA_CALLS
        for word in _words(call)
        if (SCHEMAS / f"{word}.schema.yaml").exists()
    )


def _words(call: ast.Call) -> Iterator[str]:
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value


@cache
def _syntax_digest(module: str) -> str:
    return _sha256(ast.dump(syntax_of(module)))


@cache
def _schema_digest(kind: str) -> str:
    return _sha256(json.dumps(_without_annotations(load_schema(kind))))


def _without_annotations(schema: Any) -> Any:  # noqa: ANN401 - any YAML value
    if isinstance(schema, Mapping):
        # A column may be called `description`; what describes is a string, what a column is, a mapping.
        kept = {key: value for key, value in schema.items() if not (key in _ANNOTATIONS and isinstance(value, str))}
        return {key: _without_annotations(value) for key, value in kept.items()}
    return [_without_annotations(entry) for entry in schema] if isinstance(schema, list) else schema


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
