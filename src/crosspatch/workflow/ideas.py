"""What every idea says once: its controls, their settings, words and questions (`idea.yaml`, beside its code)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crosspatch.errors import ConfigError
from crosspatch.files.schemas import load_schema
from crosspatch.workflow.closure import all_modules, path_of
from crosspatch.workflow.explaining import first_mistake

PLACE = "crosspatch.experiments."
READING = (
    *(
        "factorial",
        "verdicts",
        "claims",
        "null_pairs",
        "descendants",
        "lineages",
        "updates",
        "nulls",
        "tokens",
        "selection",
        "mixture",
        "continuations",
        "forced_tokens",
        "behaviour",
        "commitment",
        "hybrids",
        "depth",
        "closure",
        "windows",
        "gap",
        "grafts",
        "free_running",
        "lenses",
    ),
    *("divergence", "checkpoints", "miniatures"),
)
"""Ideas in the order in which a reader meets them: the answer, its doubts, the evidence, and what it is of."""
PAGE_RULE = "write_findings"
"""Rule, and script, of the page that a study is opened by."""
Question = dict[str, Any]


@dataclass(frozen=True)
class Control:
    """A control of an idea; schemas/idea.schema.yaml describes the fields."""

    idea: str
    does: str
    settings: Mapping[str, Any]
    artefact: str | None = None
    not_tested: str | None = None
    writes: tuple[str, ...] = ()
    arms: str | None = None
    needs: str | None = None
    finished: Mapping[str, str] | None = None
    questions: tuple[Question, ...] = ()


@cache
def all_ideas() -> tuple[str, ...]:
    """Return every idea of the package, sorted."""
    return tuple(sorted({idea_of(module) for module in all_modules() if module.startswith(PLACE)}))


@cache
def shown_ideas() -> tuple[str, ...]:
    """Return the ideas that have a figure, a table or a page, sorted."""
    shown = [module for module in all_modules() if re.search(rf"\.((draw|table)_\w+|{PAGE_RULE})$", module)]
    return tuple(sorted({idea_of(module) for module in shown if module.startswith(PLACE)}))


def idea_of(module: str) -> str:
    """Return the idea that a module of `experiments` belongs to."""
    return module.removeprefix(PLACE).partition(".")[0]


@cache
def all_controls() -> Mapping[str, Control]:
    """Return the controls of all ideas by name: ideas sorted, controls in the order of their file.

    Raises ConfigError, naming the file and the key, if a file is not as its schema says, two ideas have a control of
    one name, or a control needs one that there is not.
    """
    found: dict[str, Control] = {}
    for idea in all_ideas():
        for name, row in _read(idea).get("controls", {}).items():
            if name in found:
                raise ConfigError(
                    f"{place_of(idea)}: {place_of(found[name].idea)} has a control {name!r} too; rename one"
                )
            lists = {key: tuple(row.get(key, ())) for key in ("writes", "questions")}
            found[name] = Control(idea, **{**row, **lists})
    for name, control in found.items():
        if control.needs is not None and control.needs not in found:
            place = f"{place_of(control.idea)}: controls/{name}/needs"
            raise ConfigError(f"{place} is {control.needs!r}, which is no control; known are {sorted(found)}")
    return found


def questions_to(controls: Iterable[str]) -> list[Question]:
    """Return the questions to the study's own estimates and then, each with its `control`, to some controls."""
    own = [question for idea in all_ideas() for question in _read(idea).get("questions", [])]
    known = all_controls()
    return [*own, *({"control": name, **question} for name in controls for question in known[name].questions)]


def place_of(idea: str) -> str:
    """Return where an idea says what it says, as errors name it."""
    return f"src/crosspatch/experiments/{idea}/idea.yaml"


@cache
def _read(idea: str) -> Mapping[str, Any]:
    path, place = path_of(f"{PLACE}{idea}").with_name("idea.yaml"), place_of(idea)
    said = _parsed(path, place) if path.exists() else {}
    mistake = first_mistake(said, load_schema("idea"), place, "schemas/idea.schema.yaml")
    if mistake is not None:
        raise ConfigError(mistake)
    rows: Mapping[str, Any] = said
    for question in [*rows.get("questions", []), *_nested_questions(rows)]:
        _check_pattern(question["arm"], f"{place}: arm of {question['question']!r}")
    return rows


def _parsed(path: Path, place: str) -> Any:  # noqa: ANN401 - any YAML value
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ConfigError(f"{place} is no YAML: {' '.join(str(error).split())}") from error


def _nested_questions(rows: Mapping[str, Any]) -> Iterable[Question]:
    return (question for control in rows.get("controls", {}).values() for question in control.get("questions", []))


def _check_pattern(arm: str, place: str) -> None:
    try:
        re.compile(arm)
    except re.error as error:
        raise ConfigError(
            f"{place} is {arm!r}, which is no pattern ({error}); escape what is meant as it stands"
        ) from error
