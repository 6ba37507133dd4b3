"""The shape of the code: imports point down, modules and functions stay small, and nothing dangerous is used."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosspatch.workflow.catalogue import title_of
from crosspatch.workflow.closure import import_closure, is_script, libraries_of
from lifetimes import output_of

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "crosspatch"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
IDEAS = "crosspatch.experiments."
PURE = ("records", "measures", "statistics", "figures")
DANGEROUS = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


def name_of(path):
    """Name of the module in a file: crosspatch.files.tables, or crosspatch.files for its __init__."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def layer_of(name):
    return name.split(".")[1] if "." in name else ""


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path) -> Iterator[str]:
    """Modules of the package that a module imports, at its top or anywhere inside."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "crosspatch")
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield "crosspatch.relative imports are not used"
        elif isinstance(node, ast.ImportFrom) and node.module == "crosspatch":
            yield from (f"crosspatch.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("crosspatch."):
            yield node.module


def ranks():
    """Rank of each layer, 0 at the bottom, as CONTRIBUTING.md draws them."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (drawing,) = re.findall(r"^`experiments` -> .*$", text, flags=re.MULTILINE)
    levels = [re.findall(r"`(\w+)`", level) for level in drawing.split(" -> ")][::-1]
    return {layer: rank for rank, level in enumerate(levels) for layer in level}


def may_import(importer, imported):
    if importer == imported:
        return True
    if importer == "workflow":
        return imported in ("files", "records", "errors")
    if (importer, imported) == ("figures", "statistics"):
        return False
    if (importer, imported) == ("statistics", "measures"):  # the definitions of effects, which are free of torch
        return True
    rank = ranks()
    return imported in rank and rank[imported] < rank[importer]


def idea_of(name):
    return name.removeprefix(IDEAS).split(".")[0]


def functions_of(path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions of a module and methods of its classes, not those inside functions."""

    def inside(body, prefix):
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{prefix}{node.name}", node
            elif isinstance(node, ast.ClassDef):
                yield from inside(node.body, f"{prefix}{node.name}.")

    yield from inside(tree_of(path).body, f"{path.relative_to(ROOT)}: ")


def lines_of(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def offenders(sizes, ceiling):
    return [f"{name} has {size} lines, ceiling {ceiling}" for name, size in sizes if size > ceiling]


def test_every_folder_is_a_layer():
    layers = {layer_of(name_of(path)) for path in MODULES} - {""}
    assert layers == {*ranks(), "workflow"}
    assert len(MODULES) > 50


def test_imports_point_down_only():
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        for name in imports_of(path)
        if not may_import(layer_of(name_of(path)), layer_of(name))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_idea_imports_another():
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        for name in imports_of(path)
        if name.startswith(IDEAS)
        and layer_of(name_of(path)) == "experiments"
        and idea_of(name) != idea_of(name_of(path))
    ]
    assert not wrong, "\n".join(wrong)


def test_an_idea_has_its_rules_its_code_and_a_title():
    ideas = {path.name for path in (PACKAGE / "experiments").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert ideas == {path.stem for path in (ROOT / "rules").glob("*.smk")} - {"shown"}
    for idea in ideas:
        assert title_of(f"crosspatch.experiments.{idea}")
        scripts = {path.stem for path in (PACKAGE / "experiments" / idea).glob("*.py") if is_script(name_of(path))}
        text = (ROOT / "rules" / f"{idea}.smk").read_text(encoding="utf-8")
        assert scripts == set(re.findall(rf'script:\s+"../src/crosspatch/experiments/{idea}/(\w+).py"', text)), idea


def test_what_draws_sees_finished_tables_only():
    shown = [path for path in MODULES if path.stem.startswith(("draw_", "table_")) and not is_script(name_of(path))]
    assert len(shown) > 30
    for path in (path for path in shown if layer_of(name_of(path)) == "experiments"):
        closure = import_closure(name_of(path))
        below = {layer_of(name) for name in closure} - {""}
        assert below <= {"experiments", "figures", "records", "errors"}, path
        libraries = set().union(*(libraries_of(name) for name in closure))
        assert not libraries & {"torch", "transformers", "scipy"}, path
        assert not (path.stem.startswith("table_") and libraries & {"matplotlib", "seaborn"}), path


def test_what_may_import_what():
    allowed = [("experiments", "jobs"), ("experiments", "models"), ("models", "errors"), ("workflow", "files")]
    allowed += [("statistics", "measures")]
    refused = [("models", "files"), ("files", "models"), ("figures", "experiments"), ("measures", "statistics")]
    refused += [("figures", "statistics"), ("workflow", "models"), ("jobs", "workflow"), ("jobs", "experiments")]
    assert all(may_import(*layers) for layers in allowed)
    assert not any(may_import(*layers) for layers in refused)


@pytest.mark.parametrize("layer", ["records", "statistics", "figures", "workflow"])
def test_a_layer_without_torch_stays_without_it(layer):
    names = [name_of(path) for path in MODULES if layer_of(name_of(path)) == layer]
    code = f"import sys, {', '.join(names)}; print(*sorted({{'torch', 'transformers'}} & set(sys.modules)))"
    assert output_of([sys.executable, "-c", code]).strip() == ""


def test_functions_are_short():
    sizes = [(name, node.end_lineno - node.lineno + 1) for path in MODULES for name, node in functions_of(path)]
    long = offenders(sizes, 40)
    assert not long, "\n".join(long)


def test_modules_are_short():
    found = []
    for path in MODULES:
        layer = layer_of(name_of(path))
        ceiling = 90 if is_script(name_of(path)) else 200 if layer in PURE else 250
        found += offenders([(path.relative_to(ROOT), lines_of(path))], ceiling)
    found += offenders([(path.relative_to(ROOT), lines_of(path)) for path in TESTS], 250)
    assert not found, "\n".join(found)


def test_the_snakefile_and_its_rules_are_short():
    sizes = []
    for path in sorted((ROOT / "rules").glob("*.smk")):
        parts = re.split(r"^(?=(?:rule|checkpoint) \w+:)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        bodies = [re.split(r"\n(?=\S)", part)[0].strip().splitlines() for part in parts[1:]]
        sizes += [(f"rules/{path.name}: {body[0]}", len(body)) for body in bodies]
    assert len(sizes) > 5
    long = offenders(sizes, 40) + offenders([("Snakefile", lines_of(ROOT / "Snakefile"))], 110)
    assert not long, "\n".join(long)


def test_public_functions_say_what_they_do_and_return():
    wrong = []
    for path in MODULES:
        for name, node in functions_of(path):
            if not any(part.startswith("_") for part in name.split(": ")[1].split(".")):
                wrong += [f"{name} has no docstring"] if ast.get_docstring(node) is None else []
                wrong += [f"{name} has no return annotation"] if node.returns is None else []
    assert not wrong, "\n".join(wrong)


def test_no_error_is_swallowed():
    wrong = []
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = {name.id for name in ast.walk(node.type or ast.Name("BaseException")) if "id" in name._fields}
                raised_again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                if "Exception" in caught or ("BaseException" in caught and not raised_again):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} catches everything")
    assert not wrong, "\n".join(wrong)


def test_no_code_of_a_checkpoint_is_ever_run():
    wrong = []
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
                wrong += [f"{place} imports {name}" for name in names if name.split(".")[0] in DANGEROUS]
            elif isinstance(node, ast.keyword) and node.arg in ("trust_remote_code", "allow_pickle"):
                wrong += [] if ast.unparse(node.value) == "False" else [f"{place} sets {ast.unparse(node)}"]
            elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("torch.load", "pd.read_pickle"):
                wrong.append(f"{place} uses {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)
