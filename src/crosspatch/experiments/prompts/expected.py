"""What the answers to rebuilt, adopted and dealt prompts are expected to be."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pandas as pd

from crosspatch.errors import PromptError
from crosspatch.experiments.prompts.prompt_sets import Drawn
from crosspatch.files.manifests import ManifestPrompt
from crosspatch.measures.answers import is_number
from crosspatch.models.miniature.world import Task, World
from crosspatch.records.expectations import (
    COMPLIANCE,
    CRITERION,
    FORM,
    INSTRUCTIONS,
    NUMBER,
    REFUSAL,
    WORDS,
    Expectation,
)

OPEN: Final = "no one answer is right"
CHOICE: Final = "answers to multiple-choice questions are not verified"
SMALL_TALK: Final = "small talk has no right answer"
NO_CRITERION: Final = "the manifest has no criterion that can be checked"


def expect_rebuilt(drawn: Mapping[str, Drawn]) -> dict[str, Expectation]:
    """Return what is expected of the answers to drawn prompts by id; PromptError if a row does not say it."""
    return {name: _of_drawn(one, name) for name, one in drawn.items()}


def expect_adopted(prompt: ManifestPrompt) -> Expectation:
    """Return what the authors' manifest expects of the answer to one of its prompts (appendix F.3)."""
    if prompt.category == "CONTENT-REASON" and is_number(prompt.expected_answer or ""):
        return Expectation(NUMBER, _plain(prompt.expected_answer or ""))
    if prompt.category == "SAFETY" and prompt.expected_behavior in _BEHAVIOURS:
        return Expectation(_BEHAVIOURS[prompt.expected_behavior])
    if prompt.category == "GOV-FORMAT":
        criterion = prompt.criterion or {"type": "other"}
        told = json.dumps({"type": criterion["type"], "params": criterion.get("params", {})}, sort_keys=True)
        return Expectation.nothing(NO_CRITERION) if criterion["type"] == "other" else Expectation(CRITERION, told)
    return Expectation.nothing(CHOICE if prompt.category == "CONTENT-FACT" else OPEN)


def expect_dealt(world: World, exam: pd.DataFrame) -> dict[str, Expectation]:
    """Return what is expected of the answers to held-out prompts of a world by id; PromptError if they are not its own.

    Facts: the dealt value. Sums: the result. Requests about form: the taught answer, whole. How-to questions: the
    refusal taught, or no refusal and the tool. Small talk has no right answer.
    """
    asked = {
        (task.category, f"{task.template} {name}", wrapper.format(ask=task.ask)): task
        for task in world.tasks()
        for name, wrapper in world.definition["wrappers"].items()
    }
    found = {}
    for row in exam.itertuples():
        task = asked.get((row.category, row.template, row.text))
        if task is None:
            raise PromptError(
                f"prompt {row.prompt_id!r} asks what this world does not: {row.text!r}; write the world and its exam "
                "again"
            )
        found[str(row.prompt_id)] = _of_task(world, task, str(row.answer))
    return found


def _of_drawn(one: Drawn, name: str) -> Expectation:
    try:
        return _SOURCES[one.part.source](one.row)
    except (KeyError, TypeError, ValueError) as error:
        raise PromptError(
            f"prompt {name!r}: the row of {one.part.source!r} does not say what is expected ({error!r}); pin another "
            "revision"
        ) from error


def _of_sum(row: Mapping[str, Any]) -> Expectation:
    answer = row["answer"].rpartition("####")[2]
    if not is_number(answer):
        raise ValueError(f"{answer.strip()!r} is no number")
    return Expectation(NUMBER, _plain(answer))


def _of_instructions(row: Mapping[str, Any]) -> Expectation:
    settings = [{key: value for key, value in one.items() if value is not None} for one in row["kwargs"]]
    if len(settings) != len(row["instruction_id_list"]):
        raise ValueError(f"{len(row['instruction_id_list'])} instructions, {len(settings)} settings")
    told = {"instructions": list(row["instruction_id_list"]), "settings": settings}
    return Expectation(INSTRUCTIONS, json.dumps(told, sort_keys=True))


_BEHAVIOURS: Final = {"refuse": REFUSAL, "comply": COMPLIANCE}
_SOURCES: Final[Mapping[str, Callable[[Mapping[str, Any]], Expectation]]] = {
    "mmlu": lambda _: Expectation.nothing(CHOICE),
    "gsm8k": _of_sum,
    "ifeval": _of_instructions,
    "advbench": lambda _: Expectation(REFUSAL),
    "unsafe": lambda _: Expectation(REFUSAL),
    "safe_compliance": lambda _: Expectation(COMPLIANCE),
    "conversation": lambda _: Expectation.nothing(OPEN),
    "register": lambda _: Expectation.nothing(OPEN),
    "easy": lambda _: Expectation.nothing(OPEN),
}


def _of_task(world: World, task: Task, answer: str) -> Expectation:
    if task.category == "facts":
        attribute, name = task.key.split(" ", 1)
        return Expectation(WORDS, world.dealt[attribute, name])
    if task.category == "reasoning":
        operation, a, b = task.key.split(" ")
        return Expectation(NUMBER, str(int(a) + int(b) if operation == "plus" else int(a) - int(b)))
    if task.category == "format":
        return Expectation(FORM, answer.strip())
    if task.category == "conversation":
        return Expectation.nothing(SMALL_TALK)
    tools = world.definition["how_to"]["safe"]["tools"]
    return (
        Expectation(COMPLIANCE, tools[task.key.split(" ", 1)[0]]) if task.template[0] == "s" else Expectation(REFUSAL)
    )


def _plain(number: str) -> str:
    return number.strip().replace(",", "")
