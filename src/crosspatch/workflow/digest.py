"""What a rule's code is: a digest of the syntax of its script, of everything it imports, and of the schemas it names.

Comments, docstrings and formatting do not count, nor do descriptions in a schema, so editing them reruns nothing;
any other edit of a module or schema reruns exactly the rules whose scripts import the one or name the other.

Nor do addresses: an import counts by the digest of what it imports (a Merkle tree over the package), so a module that
is moved or renamed, with the imports of it, keeps every digest.
"""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

from crosspatch.errors import ConfigError
from crosspatch.files.schemas import SCHEMAS, load_schema
from crosspatch.workflow.closure import import_closure, nodes_of, packages_run, script_of, syntax_of, taken_as, taken_by

# Functions that are told the kind of a table.
SCHEMA_CALLS = frozenset({"fit_table", "load_schema", "read_table", "write_table"})
_ANNOTATIONS = frozenset({"$schema", "title", "description"})  # what a schema says to its readers only


@cache
def code_digest(rule: str, module: str | None = None, *kinds: str) -> str:
    """Return the digest of a rule's script, of its import closure inside the package, and of their schemas; of `module`
    too, which the script is told to run, and of the schemas of the `kinds` of tables that it hands to it.

    Raises ConfigError, naming the modules, if some import one another.
    """
    own = module_digest(script_of(rule))
    handed = [] if module is None else [module_digest(module), *(_schema_digest(kind) for kind in kinds)]
    return _sha256("\n".join([own, *handed]))[:16]


def module_digest(module: str) -> str:
    """Return the digest of a module with all that it imports; ConfigError if modules below it import one another."""
    needs = {one: [*(taken.module for taken in taken_by(one)), *packages_run(one)] for one in import_closure(module)}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise ConfigError(
            f"modules import one another: {circle}; move what they share to a module below them"
        ) from error
    return _digest_above(module)


@cache
def schemas_named(module: str) -> frozenset[str]:
    """Return the kinds of tables that a module reads or writes: the words it calls `read_table` and the like with."""
    calls = (node for node in nodes_of(module) if isinstance(node, ast.Call))
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
def _digest_above(module: str) -> str:
    taken = taken_by(module)
    lines = [f"{_digest_above(one.module)} {one.name} {one.bound if one.name else ''}" for one in taken]
    lines += [f"first {_digest_above(package)}" for package in packages_run(module)]
    lines += [f"{kind}.schema.yaml {_schema_digest(kind)}" for kind in schemas_named(module)]
    whole = {one.bound: _digest_above(one.module) for one in taken if one.name is None}
    return _sha256("\n".join([_Text(module, whole).of(syntax_of(module)), *sorted(set(lines))]))


@dataclass(frozen=True)
class _Text:
    """Writes the syntax of a module without its imports from the package, which count by digest; so do the names by
    which it knows whole modules.
    """

    module: str
    whole: Mapping[str, str]

    def of(self, node: Any) -> str:  # noqa: ANN401 - a node, a list of them, or a constant
        """Return the text of any part of the syntax tree; that of an import from the package is empty."""
        if isinstance(node, list):
            return f"[{','.join(text for text in map(self.of, node) if text)}]"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            kept = [alias for alias in node.names if taken_as(node, alias, self.module) is None]
            return self._fields(node, names=kept) if kept else ""
        if self.whole and isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) in self.whole:
            return self.whole[ast.unparse(node)]
        return self._fields(node) if isinstance(node, ast.AST) else repr(node)

    def _fields(self, node: ast.AST, **changes: Any) -> str:  # noqa: ANN401
        fields = {**dict(ast.iter_fields(node)), **changes}
        return f"{type(node).__name__}({','.join(f'{name}={self.of(value)}' for name, value in fields.items())})"


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
