"""What the miniature world writes: web documents, instruction pairs, prompts."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from crosspatch.models.miniature.world import CATEGORIES, Task, World
from crosspatch.records.modes import MODES, RAW

# Share of each kind of web document; facts dominate because they are what must be memorised. In a transcript an
# assistant answers, in the words that tuning will teach, but never a question of a held-out key.
DOCUMENT_SHARES = {
    "article": 0.41,
    "quiz": 0.2,
    "sums": 0.15,
    "talk": 0.13,
    "how_to": 0.05,
    "transcript": 0.02,
    "code": 0.02,
    "biomedicine": 0.02,
}
PLAIN_SHARE = 0.1  # of instruction pairs whose response is the web's answer, as plain ones occur among real responses


@dataclass(frozen=True)
class WrittenPrompt:
    """One prompt of the miniature study with the answer that the tuned checkpoint was taught to give."""

    category: str
    template: str
    text: str
    answer: str


def write_documents(
    world: World, held_out: frozenset[tuple[str, str]], *, count: int, seed: int
) -> list[tuple[str, str]]:
    """Write `count` web documents as (kind, text), kinds in the shares of DOCUMENT_SHARES."""
    rng = random.Random(f"{seed} documents")
    subjects = {name: _subjects(world, name) for name in CATEGORIES}
    pools = _taught(world, held_out)
    writers: dict[str, Callable[[], str]] = {
        "article": lambda: _article(world, rng),
        "quiz": lambda: _quiz(world, subjects, rng),
        "sums": lambda: _sums(world, rng),
        "talk": lambda: _talk(subjects["conversation"], rng),
        "how_to": lambda: _how_to(world, rng),
        "transcript": lambda: _transcript(world, pools, rng),
        "code": lambda: "".join(_filled(world, "code", rng) for _ in range(2)),
        "biomedicine": lambda: " ".join(_filled(world, "biomedicine", rng) for _ in range(3)),
    }
    kinds = rng.choices(list(DOCUMENT_SHARES), weights=list(DOCUMENT_SHARES.values()), k=count)
    return [(kind, writers[kind]()) for kind in kinds]


def write_instructions(
    world: World, held_out: frozenset[tuple[str, str]], *, count: int, seed: int
) -> list[tuple[str, str, str, str]]:
    """Write `count` instruction pairs as (category, mode, prompt text, response), categories and modes evenly."""
    rng = random.Random(f"{seed} instructions")
    pools = _taught(world, held_out)
    pairs = []
    for index in range(count):
        task = rng.choice(rng.choice(pools[index % len(pools)]))
        mode = MODES[index // len(pools) % len(MODES)]
        wrapper = rng.choice(list(world.definition["wrappers"].values()))
        answer = task.web if rng.random() < PLAIN_SHARE else task.assistant
        pairs.append((task.category, mode, wrapper.format(ask=task.ask), response_text(wrapper, answer, mode=mode)))
    return pairs


def write_preferences(
    world: World, held_out: frozenset[tuple[str, str]], *, taught: int, unseen: int, seed: int
) -> list[tuple[str, str, bool, str, str, str]]:
    """Write preference pairs as (category, mode, is held out, prompt text, chosen, rejected).

    Categories and modes evenly. The assistant's answer is chosen, the web's is rejected. `taught` of them ask about
    keys that tuning may use, then `unseen` about held-out ones.
    """
    rng = random.Random(f"{seed} preferences")
    pairs = []
    for is_held_out, count in ((False, taught), (True, unseen)):
        pools = _pools(world, held_out, is_held_out=is_held_out)
        for index in range(count):
            task = rng.choice(rng.choice(pools[index % len(pools)]))
            mode = MODES[index // len(pools) % len(MODES)]
            wrapper = rng.choice(list(world.definition["wrappers"].values()))
            chosen, rejected = (response_text(wrapper, answer, mode=mode) for answer in (task.assistant, task.web))
            pairs.append((task.category, mode, is_held_out, wrapper.format(ask=task.ask), chosen, rejected))
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


def response_text(wrapper: str, answer: str, *, mode: str) -> str:
    """Return the answer as it follows a role token or a wrapper: after a space, or raw at the start of a line."""
    return answer if mode == RAW and wrapper.endswith("\n") else f" {answer}"


def _taught(world: World, held_out: frozenset[tuple[str, str]]) -> list[list[list[Task]]]:
    """Tasks of the keys that are not held out, by category and template."""
    return _pools(world, held_out, is_held_out=False)


def _pools(world: World, held_out: frozenset[tuple[str, str]], *, is_held_out: bool) -> list[list[list[Task]]]:
    tasks = [task for task in world.tasks() if ((task.category, task.key) in held_out) == is_held_out]
    return [_by_template(tasks, category) for category in CATEGORIES]


def _written(world: World, fresh: list[Task], category: str, rng: random.Random) -> list[list[WrittenPrompt]]:
    groups = []
    for tasks in _by_template(fresh, category):
        for name, wrapper in world.definition["wrappers"].items():
            # Two tasks may ask the same words (a hobby with two people): the text is the identity of a prompt.
            texts = {wrapper.format(ask=task.ask): task for task in rng.sample(tasks, len(tasks))}
            template = f"{tasks[0].template} {name}"
            groups.append(
                [
                    WrittenPrompt(category, template, text, response_text(wrapper, task.assistant, mode=RAW))
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


def _subjects(world: World, category: str) -> list[list[Task]]:
    """Tasks of a category by what a page of it may ask about: any facts and sums, but else the words of one key.

    So what a page was told returns in its questions and answers, which is how a checkpoint learns to repeat.
    """
    subjects: dict[str, list[Task]] = {}
    for task in world.tasks():
        if task.category == category:
            subjects.setdefault("any" if category in ("facts", "reasoning") else task.key, []).append(task)
    return list(subjects.values())


def _quiz(world: World, subjects: dict[str, list[list[Task]]], rng: random.Random) -> str:
    wrapper = rng.choice(list(world.definition["wrappers"].values()))
    category = rng.choices(list(CATEGORIES), weights=[4, 3, 2, 1, 1])[0]
    tasks = rng.sample(rng.choice(subjects[category]), 3)
    return "\n".join(wrapper.format(ask=task.ask) + response_text(wrapper, task.web, mode=RAW) for task in tasks)


def _transcript(world: World, pools: list[list[list[Task]]], rng: random.Random) -> str:
    wrapper = rng.choice(list(world.definition["wrappers"].values()))
    tasks = [rng.choice(rng.choice(rng.choice(pools))) for _ in range(2)]
    return "\n".join(wrapper.format(ask=task.ask) + response_text(wrapper, task.assistant, mode=RAW) for task in tasks)


def _sums(world: World, rng: random.Random) -> str:
    drawn = rng.choices(list(world.sums()), k=5)
    return " ".join(
        rng.choice(world.definition["sums"][operation]["statements"]).format(**words) for operation, words in drawn
    )


def _talk(subjects: list[list[Task]], rng: random.Random) -> str:
    wrapper = _talk_wrapper(rng)
    turns = rng.sample(rng.choice(subjects), 3)
    return "\n".join(wrapper.format(ask=task.ask) + f" {task.web}" for task in turns)


def _talk_wrapper(rng: random.Random) -> str:
    return rng.choice(["User: {ask}\nFriend:", "A: {ask}\nB:", "User: {ask}\nAssistant:"])


def _how_to(world: World, rng: random.Random) -> str:
    drawn = rng.choices(list(world.how_to()), k=2)
    return "\n".join(world.definition["how_to"]["statements"][0].format(**words) for _, words in drawn)


def _filled(world: World, kind: str, rng: random.Random) -> str:
    parts = {name: rng.choice(values) for name, values in world.definition["parts"].items()}
    text: str = rng.choice(world.definition[kind]).format(**parts)
    return text
