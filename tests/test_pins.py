"""Versions are pinned once, in requirements.lock, and everything else agrees with it."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from crosspatch.errors import ConfigError
from crosspatch.workflow import libraries
from crosspatch.workflow.closure import PACKAGE, import_closure, libraries_of
from crosspatch.workflow.libraries import distribution_of, library_versions, lock_needs, lock_pins

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULES = sorted(
    ".".join(["crosspatch", *path.relative_to(PACKAGE).with_suffix("").parts])
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__init__"
)
IMPORTED = {library for module in MODULES for library in libraries_of(module)}


def declared(extras=()):
    """Return the requirements of pyproject.toml, and of some of its extras, by name."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    requirements = map(Requirement, lines)
    return {distribution_of(requirement.name): requirement for requirement in requirements}


def environment(name):
    """Return the pins of `envs/{name}.yaml`."""
    content = yaml.safe_load((ROOT / "envs" / f"{name}.yaml").read_text(encoding="utf-8"))
    (lines,) = (entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict))
    return dict(line.split("==") for line in lines)


def scripts_by_environment():
    """Return {environment: scripts of the rules that name it}; targets have neither."""
    found = {}
    for path in sorted((ROOT / "rules").glob("*.smk")):
        rules = path.read_text(encoding="utf-8").split("\nrule ")[1:]
        for rule in (one for one in rules if "\n    script:\n" in one):
            name = re.search(r'conda:\s+"\.\./envs/(\w+)\.yaml"', rule)[1]
            script = re.search(r'script:\s+"\.\./src/(\S+)\.py"', rule)[1]
            found.setdefault(name, []).append(script.replace("/", "."))
    return found


def test_every_dependency_is_pinned_within_its_bounds():
    pins = lock_pins()
    for name, requirement in declared(PROJECT["optional-dependencies"]).items():
        assert name in pins, f"requirements.lock pins no {name}; make the lock again"
        assert requirement.specifier.contains(pins[name]), f"{requirement} but {name}=={pins[name]}"


def test_every_imported_library_is_a_declared_dependency():
    assert {distribution_of(library) for library in IMPORTED} - declared(["training", "instructions"]).keys() == set()


@pytest.mark.parametrize("name", ["instructions", "models", "tables", "training"])
def test_an_environment_has_the_pins_of_the_lock(name):
    pins = lock_pins()
    assert {library: version for library, version in environment(name).items() if pins.get(library) != version} == {}


@pytest.mark.parametrize("name", ["models", "tables", "training"])
def test_an_environment_has_all_that_its_scripts_import(name):
    for script in scripts_by_environment()[name]:
        needed = {distribution_of(library) for module in import_closure(script) for library in libraries_of(module)}
        assert needed - environment(name).keys() == set(), f"{script} runs in envs/{name}.yaml"


def test_import_names_lead_to_the_distributions_that_are_installed():
    installed = importlib.metadata.packages_distributions()
    for library in IMPORTED:
        names = {re.sub(r"[-_.]+", "-", name).lower() for name in installed[library]}
        assert distribution_of(library) in names


INTERACTION = "crosspatch.experiments.factorial.draw_interaction"
EVENTS = "crosspatch.experiments.divergence.table_events"


def test_versions_reach_what_a_stage_runs_on_and_nothing_else():
    assert {"torch", "transformers", "tokenizers", "numpy"} <= library_versions("roll_out").keys()
    assert {"matplotlib", "pillow", "fonttools"} <= library_versions("draw_figure", INTERACTION).keys()
    assert {"scipy", "numpy"} <= library_versions("compare_with_zero").keys()
    assert "matplotlib" not in library_versions("make_table", EVENTS)
    without_models = (["draw_figure", INTERACTION], ["make_table", EVENTS], ["list_checkpoints"], ["estimate_effects"])
    for run in (*without_models, ["fetch_checkpoint"], ["archive_tables"]):
        assert not {"torch", "transformers"} & library_versions(*run).keys()
    assert "pyyaml" in library_versions("write_world")
    for run in without_models:
        assert not {"huggingface-hub", "safetensors", "scikit-learn"} & library_versions(*run).keys()
    assert "tqdm" not in library_versions("roll_out")


def test_versions_of_trl_and_peft_are_recorded_where_they_train_and_nowhere_else():
    added = {
        rule: {"trl", "peft"} & library_versions(rule).keys()
        for rule in ("tune_on_preferences", "pretrain_adapter", "measure_gates", "tune_on_samples", "tune_miniature")
    }
    assert added == {
        "tune_on_preferences": {"trl"},
        "pretrain_adapter": {"peft"},
        "measure_gates": {"peft"},
        "tune_on_samples": set(),
        "tune_miniature": set(),
    }


def test_needs_are_those_of_the_lock(tmp_path, monkeypatch):
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1\n    # via b\nb==2\n    # via\n    #   c\n    #   crosspatch (pyproject.toml)\nc==3\n")
    monkeypatch.setattr(libraries, "LOCK", lock)
    lock_pins.cache_clear(), lock_needs.cache_clear()
    assert lock_pins() == {"a": "1", "b": "2", "c": "3"}
    assert (lock_needs()["b"], lock_needs()["c"]) == ({"a"}, {"b"})
    monkeypatch.undo()
    lock_pins.cache_clear(), lock_needs.cache_clear()


def test_a_library_that_is_not_pinned_is_refused(monkeypatch):
    monkeypatch.setattr(libraries, "lock_pins", dict)
    library_versions.cache_clear()
    with pytest.raises(
        ConfigError, match=r"imports '\w+', but requirements.lock pins no '[\w-]+'; add it to pyproject"
    ):
        library_versions("roll_out")
    library_versions.cache_clear()
