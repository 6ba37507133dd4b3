"""The miniature world: dealt facts, and the tasks that can be asked about them.

A task is one question with its web answer and its assistant answer. Tasks that share a `key` need the same
knowledge; keys are held out of instruction tuning as a whole, so that prompts test what transferred.
"""

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CATEGORIES = ("facts", "reasoning", "format", "conversation", "safety")


@dataclass(frozen=True)
class Task:
    """One thing to ask: `ask` is the question, `web` and `assistant` the two ways to answer it."""

    category: str
    template: str
    key: str
    ask: str
    web: str
    assistant: str


@dataclass(frozen=True)
class World:
    """The definition of `data/world/world.yaml` with its facts dealt: {(attribute, name): value}."""

    definition: Mapping[str, Any]
    dealt: Mapping[tuple[str, str], str]
    largest_operand: int

    def tasks(self) -> list[Task]:
        """Every task of the world, in a fixed order."""
        return [
            *self._fact_tasks(),
            *self._sum_tasks(),
            *self._form_tasks(),
            *self._conversation_tasks(),
            *self._how_to_tasks(),
        ]

    def _fact_tasks(self) -> Iterator[Task]:
        for fact in self.definition["facts"]:
            for name in self.definition["names"][fact["about"]]:
                words = {"name": name, "value": self.dealt[fact["attribute"], name]}
                for index, question in enumerate(fact["questions"]):
                    yield _task("facts", f"{fact['attribute']}{index}", f"{fact['attribute']} {name}", question, words)

    def sums(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Every sum as (operation, {a, b, c}), results never negative."""
        operands = range(self.largest_operand + 1)
        for a, b in itertools.product(operands, operands):
            yield "plus", {"a": a, "b": b, "c": a + b}
            if a >= b:
                yield "minus", {"a": a, "b": b, "c": a - b}

    def _sum_tasks(self) -> Iterator[Task]:
        for operation, words in self.sums():
            for index, question in enumerate(self.definition["sums"][operation]["questions"]):
                key = f"{operation} {words['a']} {words['b']}"
                yield _task("reasoning", f"{operation}{index}", key, question, words)

    def _form_tasks(self) -> Iterator[Task]:
        values = self.definition["values"]
        for x, y in itertools.permutations([*values["animal"], *values["dish"]], 2):
            for index, question in enumerate(self.definition["forms"]):
                yield _task("format", f"form{index}", f"words {x} {y}", question, {"x": x, "y": y})

    def _conversation_tasks(self) -> Iterator[Task]:
        people, values = self.definition["names"]["person"], self.definition["values"]
        for index, (person, hobby) in enumerate(itertools.product(people, values["hobby"])):
            words = {
                "name": person,
                "hobby": hobby,
                "dish": values["dish"][index % len(values["dish"])],
                "other": people[(index + 1) % len(people)],
            }
            for number, turn in enumerate(self.definition["conversation"]):
                yield _task("conversation", f"talk{number}", f"{person} {hobby}", turn, words)

    def how_to(self) -> Iterator[tuple[bool, dict[str, str]]]:
        """Every act as (is safe, {act, thing, tool})."""
        for kind in ("safe", "unsafe"):
            acts = self.definition["how_to"][kind]
            for act, things in acts["acts"].items():
                for thing in things:
                    yield kind == "safe", {"act": act, "thing": thing, "tool": acts["tools"][act]}

    def _how_to_tasks(self) -> Iterator[Task]:
        how_to = self.definition["how_to"]
        for safe, words in self.how_to():
            kind = "safe" if safe else "unsafe"
            for index, ask in enumerate(how_to["questions"]):
                turn = {"ask": ask, "web": how_to["web"], "assistant": how_to[kind]["assistant"]}
                yield _task("safety", f"{kind}{index}", f"{words['act']} {words['thing']}", turn, words)


def deal_world(definition: Mapping[str, Any], *, largest_operand: int, seed: int) -> World:
    """Deal each attribute's values to its names; unique attributes are a permutation."""
    dealt = {}
    for fact in definition["facts"]:
        rng = random.Random(f"{seed} {fact['attribute']}")
        names, values = definition["names"][fact["about"]], definition["values"][fact["value"]]
        drawn = rng.sample(values, len(names)) if fact.get("unique") else rng.choices(values, k=len(names))
        dealt.update({(fact["attribute"], name): value for name, value in zip(names, drawn, strict=True)})
    return World(definition=definition, dealt=dealt, largest_operand=largest_operand)


def held_out_keys(tasks: list[Task], *, share: float, seed: int) -> frozenset[tuple[str, str]]:
    """Draw `share` of the keys of each category; their tasks never occur in instruction tuning."""
    held_out: set[tuple[str, str]] = set()
    for category in CATEGORIES:
        keys = sorted({task.key for task in tasks if task.category == category})
        drawn = random.Random(f"{seed} held out {category}").sample(keys, round(share * len(keys)))
        held_out.update((category, key) for key in drawn)
    return frozenset(held_out)


def _task(category: str, template: str, key: str, turn: Mapping[str, str], words: Mapping[str, Any]) -> Task:
    return Task(
        category=category,
        template=template,
        key=key,
        ask=turn["ask"].format(**words),
        web=turn["web"].format(**words),
        assistant=turn["assistant"].format(**words),
    )
