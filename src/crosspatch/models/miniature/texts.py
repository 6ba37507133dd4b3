"""What the miniature world writes: web documents, instruction pairs, prompts."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from crosspatch.models.miniature.world import CATEGORIES, Task, World

# Share of each kind of web document; facts dominate because they are what must be memorised.
DOCUMENT_SHARES = {
    "article": 0.33,
    "quiz": 0.26,
    "sums": 0.17,
    "talk": 0.14,
    "how_to": 0.06,
    "code": 0.02,
    "biomedicine": 0.02,
}


@dataclass(frozen=True)
class WrittenPrompt:
    """One prompt of the miniature study with the answer that the tuned checkpoint was taught to give."""

    category: str
    template: str
    text: str
    answer: str


def write_documents(world: World, *, count: int, seed: int) -> list[tuple[str, str]]:
    """Write `count` web documents as (kind, text), kinds in the shares of DOCUMENT_SHARES."""
    rng = random.Random(f"{seed} documents")
    by_category = {name: [task for task in world.tasks() if task.category == name] for name in CATEGORIES}
    writers: dict[str, Callable[[], str]] = {
        "article": lambda: _article(world, rng),
        "quiz": lambda: _quiz(world, by_category, rng),
        "sums": lambda: _sums(world, rng),
        "talk": lambda: _talk(by_category["conversation"], rng),
        "how_to": lambda: _how_to(world, rng),
        "code": lambda: "".join(_filled(world, "code", rng) for _ in range(2)),
        "biomedicine": lambda: " ".join(_filled(world, "biomedicine", rng) for _ in range(3)),
    }
    kinds = rng.choices(list(DOCUMENT_SHARES), weights=list(DOCUMENT_SHARES.values()), k=count)
    return [(kind, writers[kind]()) for kind in kinds]


def write_instructions(
    world: World, held_out: frozenset[tuple[str, str]], *, count: int, seed: int
) -> list[tuple[str, str, str]]:
    """Write `count` instruction pairs as (category, prompt text, response), categories in equal shares."""
    rng = random.Random(f"{seed} instructions")
    seen = [task for task in world.tasks() if (task.category, task.key) not in held_out]
    pools = [_by_template(seen, category) for category in CATEGORIES]
    pairs = []
    for index in range(count):
        task = rng.choice(rng.choice(pools[index % len(pools)]))
        wrapper = rng.choice(list(world.definition["wrappers"].values()))
        pairs.append((task.category, wrapper.format(ask=task.ask), response_text(wrapper, task.assistant)))
    return pairs


def write_prompts(
    world: World, held_out: frozenset[tuple[str, str]], *, per_category: int, seed: int
) -> list[WrittenPrompt]:
    """Write different prompts from held-out keys, spread evenly over templates (question form x wrapper)."""
    rng = random.Random(f"{seed} prompts")
    fresh = [task for task in world.tasks() if (task.category, task.key) in held_out]
    prompts: list[WrittenPrompt] = []
    for category in CATEGORIES:
        prompts.extend(_spread(_written(world, fresh, category, rng), per_category))
    return prompts


def response_text(wrapper: str, answer: str) -> str:
    """Return the answer as it follows a wrapper: after a space, or at the start of a line."""
    return answer if wrapper.endswith("\n") else f" {answer}"


def _written(world: World, fresh: list[Task], category: str, rng: random.Random) -> list[list[WrittenPrompt]]:
    groups = []
    for tasks in _by_template(fresh, category):
        for name, wrapper in world.definition["wrappers"].items():
            # Two tasks may ask the same words (a hobby with two people): the text is the identity of a prompt.
            texts = {wrapper.format(ask=task.ask): task for task in rng.sample(tasks, len(tasks))}
            template = f"{tasks[0].template} {name}"
            groups.append(
                [
                    WrittenPrompt(category, template, text, response_text(wrapper, task.assistant))
                    for text, task in texts.items()
                ]
            )
    return rng.sample(groups, len(groups))


def _spread(groups: list[list[WrittenPrompt]], count: int) -> list[WrittenPrompt]:
    longest = max(len(group) for group in groups)
    in_turn = [group[turn] for turn in range(longest) for group in groups if turn < len(group)]
    if len(in_turn) < count:
        raise ValueError(f"only {len(in_turn)} different prompts can be written, {count} were asked for")
    return in_turn[:count]


def _by_template(tasks: list[Task], category: str) -> list[list[Task]]:
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        if task.category == category:
            groups.setdefault(task.template, []).append(task)
    return list(groups.values())


def _article(world: World, rng: random.Random) -> str:
    about = rng.choice(["country", "person"])
    name = rng.choice(world.definition["names"][about])
    facts = [fact for fact in world.definition["facts"] if fact["about"] == about]
    sentences = [
        rng.choice(fact["statements"]).format(name=name, value=world.dealt[fact["attribute"], name])
        for fact in rng.sample(facts, min(3, len(facts)))
    ]
    return " ".join(sentences)


def _quiz(world: World, by_category: dict[str, list[Task]], rng: random.Random) -> str:
    wrapper = rng.choice([world.definition["wrappers"][name] for name in ("question_answer", "q_a")])
    category = rng.choices(list(CATEGORIES), weights=[5, 3, 1, 1, 1])[0]
    tasks = [rng.choice(by_category[category]) for _ in range(3)]
    return "\n".join(wrapper.format(ask=task.ask) + f" {task.web}" for task in tasks)


def _sums(world: World, rng: random.Random) -> str:
    drawn = rng.choices(list(world.sums()), k=5)
    return " ".join(
        rng.choice(world.definition["sums"][operation]["statements"]).format(**words) for operation, words in drawn
    )


def _talk(tasks: list[Task], rng: random.Random) -> str:
    wrapper = _talk_wrapper(rng)
    return "\n".join(wrapper.format(ask=task.ask) + f" {task.web}" for task in rng.sample(tasks, 2))


def _talk_wrapper(rng: random.Random) -> str:
    return rng.choice(["User: {ask}\nFriend:", "A: {ask}\nB:", "User: {ask}\nAssistant:"])


def _how_to(world: World, rng: random.Random) -> str:
    drawn = rng.choices(list(world.how_to()), k=2)
    return "\n".join(world.definition["how_to"]["statements"][0].format(**words) for _, words in drawn)


def _filled(world: World, kind: str, rng: random.Random) -> str:
    parts = {name: rng.choice(values) for name, values in world.definition["parts"].items()}
    text: str = rng.choice(world.definition[kind]).format(**parts)
    return text
