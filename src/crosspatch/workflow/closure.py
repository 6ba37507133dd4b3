"""What a module of the package imports, read from its syntax; nothing is executed."""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def import_closure(module: str) -> list[str]:
    """Return the package's modules that importing `module` executes, transitively, with itself, sorted."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_inside(name))
    return sorted(reached)


@cache
def syntax_of(module: str) -> ast.Module:
    """Return the syntax tree of a module of the package, without docstrings; formatting and comments are not in it."""
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and _described(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@cache
def libraries_of(module: str) -> frozenset[str]:
    """Return the import names of the libraries that a module of the package imports itself."""
    tops = {name.split(".")[0] for name in _imports(module)}
    return frozenset(tops - set(sys.stdlib_module_names) - {"crosspatch"})


def _described(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _path(module: str) -> Path:
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _inside(module: str) -> tuple[str, ...]:
    parent = module.rpartition(".")[0]  # importing a module runs its package first
    named = {name for name in _imports(module) if name.split(".")[0] == "crosspatch" and _path(name).exists()}
    return tuple(named | ({parent} if parent else set()))


@cache
def _imports(module: str) -> tuple[str, ...]:
    return tuple(_named(module))


def _named(module: str) -> Iterator[str]:
    for node in ast.walk(syntax_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = importlib.util.resolve_name("." * node.level + (node.module or ""), _package(module))
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def _package(module: str) -> str:
    return module if _path(module).name == "__init__.py" else module.rpartition(".")[0]
