"""What a module of the package imports, read from its syntax; nothing is executed."""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crosspatch.errors import ConfigError

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Taken:
    """A module of the package, the object that is taken from it (None: the module itself), and the name it gets: a
    dotted one where a plain `import` makes the module known by its address.
    """

    module: str
    name: str | None
    bound: str


def import_closure(module: str) -> list[str]:
    """Return the package's modules that importing `module` executes, transitively, with itself, sorted."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(taken.module for taken in taken_by(name))
            waiting.extend([name.rpartition(".")[0]] if "." in name else [])  # a package runs first
    return sorted(reached)


@cache
def syntax_of(module: str) -> ast.Module:
    """Return the syntax tree of a module of the package, without docstrings; formatting and comments are not in it."""
    tree = ast.parse(path_of(module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and _described(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@cache
def nodes_of(module: str) -> tuple[ast.AST, ...]:
    """Return every node of the syntax tree of a module."""
    return tuple(ast.walk(syntax_of(module)))


@cache
def libraries_of(module: str) -> frozenset[str]:
    """Return the import names of the libraries that a module of the package imports itself."""
    nodes = [node for node in nodes_of(module) if isinstance(node, (ast.Import, ast.ImportFrom))]
    tops = {name.split(".")[0] for node in nodes for name in _addresses(node, module)}
    return frozenset(tops - set(sys.stdlib_module_names) - {"crosspatch"})


@cache
def taken_by(module: str) -> tuple[Taken, ...]:
    """Return what a module takes from the package, at its top or anywhere inside."""
    nodes = (node for node in nodes_of(module) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return tuple(taken for node in nodes for alias in node.names if (taken := taken_as(node, alias, module)))


def taken_as(node: ast.Import | ast.ImportFrom, alias: ast.alias, module: str) -> Taken | None:
    """Return what one name of an import statement in `module` takes from the package; None if it is a library's."""
    if isinstance(node, ast.Import):
        return Taken(alias.name, None, alias.asname or alias.name) if _is_ours(alias.name) else None
    source, bound = _source(node, module), alias.asname or alias.name
    if not _is_ours(source):
        return None
    inner = f"{source}.{alias.name}"
    return Taken(inner, None, bound) if path_of(inner).exists() else Taken(source, alias.name, bound)


@cache
def packages_run(module: str) -> tuple[str, ...]:
    """Return the packages that a module stands in and that hold code, which runs before the module's own."""
    above = module.split(".")[:-1]
    packages = [".".join(above[: depth + 1]) for depth in range(len(above))]
    return tuple(
        package for package in packages if any(not isinstance(node, ast.Pass) for node in syntax_of(package).body)
    )


def path_of(module: str) -> Path:
    """Return the file of a module of the package."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def script_of(rule: str) -> str:
    """Return the module that is the script of a rule; ConfigError if there is none of that name, or several."""
    found = [module for module in all_modules() if module.rpartition(".")[2] == rule and is_script(module)]
    if len(found) != 1:
        raise ConfigError(f"the scripts of rule {rule!r} are {found}; give one module that name, and call `bind` in it")
    return found[0]


@cache
def all_modules() -> tuple[str, ...]:
    """Return every module of the package, sorted."""
    paths = [path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py")]
    return tuple(sorted(".".join(path.parts).removesuffix(".__init__") for path in paths))


def is_script(module: str) -> bool:
    """Return whether a module is the script of a rule: it takes `bind`, which binds its main to the rule."""
    return any(taken.name == "bind" for taken in taken_by(module))


def _described(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _is_ours(address: str) -> bool:
    return address.split(".")[0] == "crosspatch"


def _addresses(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[str]:
    yield from (alias.name for alias in node.names) if isinstance(node, ast.Import) else [_source(node, module)]


def _source(node: ast.ImportFrom, module: str) -> str:
    return importlib.util.resolve_name("." * node.level + (node.module or ""), _package(module))


def _package(module: str) -> str:
    return module if path_of(module).name == "__init__.py" else module.rpartition(".")[0]
