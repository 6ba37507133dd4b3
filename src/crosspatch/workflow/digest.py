"""What a rule's code is: a digest of the syntax of a stage and of everything it imports from the package.

Comments, docstrings and formatting do not count, so editing them reruns nothing; any other edit of a module
reruns exactly the rules whose stages import it. Pinned versions of the libraries that the closure imports, with
what those libraries need, are a second digest.
"""

import ast
import hashlib
import importlib.metadata
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
LOCK = Path(__file__).parents[3] / "requirements.lock"


def code_digest(stage: str) -> str:
    """Return the digest of `crosspatch.stages.{stage}` and its import closure inside the package."""
    closure = import_closure(f"crosspatch.stages.{stage}")
    text = "\n".join(f"{module} {_syntax_digest(module)}" for module in closure)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def library_versions(stage: str) -> dict[str, str]:
    """Return {distribution: pinned version} of the libraries that the stage's closure needs, directly or not."""
    imported = {name for module in import_closure(f"crosspatch.stages.{stage}") for name in _libraries(module)}
    pins, needs = lock_pins(), lock_needs()
    reached: set[str] = set()
    waiting = [name for name in map(_distribution, sorted(imported)) if name in pins]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(needs.get(name, ()))
    return {name: pins[name] for name in sorted(reached)}


def import_closure(module: str) -> list[str]:
    """Return the package's modules that `module` imports, transitively, with itself, sorted."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(_inside(name))
    return sorted(reached)


@cache
def lock_pins() -> Mapping[str, str]:
    """Return {distribution: version} of `requirements.lock`."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE))


@cache
def lock_needs() -> Mapping[str, set[str]]:
    """Return {distribution: distributions it needs}, from the `# via` notes of `requirements.lock`."""
    needs: dict[str, set[str]] = {}
    pinned = ""
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==", line):
            pinned = match[1]
        elif match := re.match(r"\s+#\s+(?:via\s+)?([\w.-]+)", line):
            needs.setdefault(match[1], set()).add(pinned)
    return needs


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_path(module).read_text(encoding="utf-8"))


@cache
def _syntax_digest(module: str) -> str:
    tree = ast.parse(ast.unparse(_without_docstrings(_tree(module))))
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _path(module: str) -> Path:
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def _inside(module: str) -> tuple[str, ...]:
    return tuple(name for name in _imports(module) if name.startswith("crosspatch.") and _path(name).exists())


@cache
def _libraries(module: str) -> frozenset[str]:
    tops = {name.split(".")[0] for name in _imports(module)}
    return frozenset(tops - set(sys.stdlib_module_names) - {"crosspatch"})


@cache
def _distribution(library: str) -> str:
    names = importlib.metadata.packages_distributions().get(library, [library])
    return re.sub(r"[-_.]+", "-", names[0]).lower()
