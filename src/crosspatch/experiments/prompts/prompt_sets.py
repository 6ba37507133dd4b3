"""The prompt set of the `paper` study: rows of public data sets and of `data/prompts` in, one table of prompts out."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from string import ascii_uppercase
from typing import Any, TypeVar

import pandas as pd

from crosspatch.errors import PromptError
from crosspatch.files.manifests import ManifestPrompt
from crosspatch.files.prompt_tables import check_prompts

WRAPPERS: Mapping[str, str] = {
    "raw": "{text}",
    "question": "Question: {text}\nAnswer:",
    "explanation": "Explain: {text}\nResponse:",
}


def wrap(form: str, text: str) -> str:
    """Return `text` in the form `form`, one of the words of WRAPPERS."""
    return WRAPPERS[form].format(text=text)


def with_options(row: Mapping[str, Any]) -> str:
    """Return the question of a multiple-choice row (question, choices), each choice on a line, lettered (A), (B)..."""
    options = [f"({letter}) {choice}" for letter, choice in zip(ascii_uppercase, row["choices"], strict=False)]
    return "\n".join([row["question"], *options])


Row = Mapping[str, Any]
Rows = Sequence[Row]
Item = TypeVar("Item")

SEED = 42
PUBLIC_SOURCES = ("mmlu", "gsm8k", "ifeval", "advbench")
WRITTEN_SOURCES = ("conversation", "unsafe", "safe_compliance", "register", "easy")


def in_file_order(rows: Rows) -> list[Row]:
    """Return the rows as they come."""
    return list(rows)


def shuffled(rows: Sequence[Item]) -> list[Item]:
    """Return the rows in the order of `random.Random(42).shuffle`, which depends on their number only."""
    order = list(rows)
    random.Random(SEED).shuffle(order)  # noqa: S311
    return order


def without_repeats(rows: Rows) -> list[Row]:
    """Return the rows as they come, less every row whose `prompt` came before."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["prompt"], row)
    return list(first.values())


@dataclass(frozen=True)
class Part:
    """The first `count` rows of `source` in an order; `body` finds the text of a row, `form` names its wrapper."""

    source: str
    count: int
    body: Callable[[Row], object]
    form: str
    order: Callable[[Rows], list[Row]] = in_file_order


CATEGORIES: Mapping[str, tuple[Part, ...]] = {
    "content_fact": (Part("mmlu", 300, with_options, "question", shuffled),),
    "content_reasoning": (Part("gsm8k", 200, itemgetter("question"), "question", shuffled),),
    "format": (Part("ifeval", 250, itemgetter("prompt"), "raw", without_repeats),),
    "conversation": (Part("conversation", 300, itemgetter("text"), "question"),),
    "safety": (
        Part("advbench", 69, itemgetter("prompt"), "question", shuffled),
        Part("unsafe", 6, itemgetter("text"), "question"),
        Part("safe_compliance", 75, itemgetter("text"), "question"),
    ),
    "register": (Part("register", 100, itemgetter("text"), "explanation"),),
    "easy": (Part("easy", 100, itemgetter("text"), "question"),),
}
AUTHORS_CATEGORIES: Mapping[str, str] = {
    "CONTENT-FACT": "content_fact",
    "CONTENT-REASON": "content_reasoning",
    "GOV-FORMAT": "format",
    "GOV-CONV": "conversation",
    "SAFETY": "safety",
    "GOV-REGISTER": "register",
    "BASELINE-EASY": "easy",
}


@dataclass(frozen=True)
class Drawn:
    """A row drawn for a category of the full set, and its text in its wrapper."""

    category: str
    part: Part
    row: Row
    text: str


def draw_rows(sources: Mapping[str, Rows]) -> dict[str, Drawn]:
    """Return the rows of the full set of 1400 by prompt id, in the order of CATEGORIES; `sources` as `rebuild_prompts`.

    A category of several parts has them shuffled together. Raises PromptError if rows are missing or blank.
    """
    drawn = [one for category in CATEGORIES for one in _draw_category(category, sources)]
    return {f"{one.category}_{index:04d}": one for index, one in enumerate(drawn)}


def rebuild_prompts(sources: Mapping[str, Rows]) -> pd.DataFrame:
    """Return the full set of 1400 prompts in the order of CATEGORIES (columns of the prompts schema).

    `sources` gives the rows of each data set of PUBLIC_SOURCES under its word in the config, and of each file of
    WRITTEN_SOURCES under its name. The texts were written independently of one another, so each is its own template.
    Raises PromptError if rows are missing or blank.
    """
    prompts = [
        {
            "prompt_id": name,
            "category": one.category,
            "source": _origin(one.part),
            "template": name,
            "text": one.text,
        }
        for name, one in draw_rows(sources).items()
    ]
    return check_prompts(pd.DataFrame(prompts), origin="rebuilt prompt set")


def adopt_manifest(manifest: Sequence[ManifestPrompt]) -> pd.DataFrame:
    """Return the authors' prompts under their own ids, with the study's words for the categories.

    Raises PromptError if a category is unknown.
    """
    prompts = [
        {
            "prompt_id": prompt.prompt_id,
            "category": _adopted(prompt),
            "source": prompt.source,
            "template": prompt.prompt_id,
            "text": prompt.text,
        }
        for prompt in manifest
    ]
    return check_prompts(pd.DataFrame(prompts), origin="prompt manifest")


def restrict(
    prompts: pd.DataFrame, *, rows: Sequence[int] | None = None, categories: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the prompts of a full set whose position is in the half-open range `rows` and whose category is listed.

    Ids and order stay. Raises PromptError if the range leaves the set, a category is not in it, or nothing is left.
    """
    if rows is not None:
        start, stop = rows
        if not 0 <= start < stop <= len(prompts):
            raise PromptError(
                f"rows [{start}, {stop}) do not lie in a set of {len(prompts)} prompts; correct the range"
            )
        prompts = prompts.iloc[start:stop]
    if categories is not None:
        absent = set(categories) - set(prompts["category"])
        if absent:
            known = sorted(set(prompts["category"]))
            raise PromptError(f"no prompt here is of category {sorted(absent)}; choose from {known}")
        prompts = prompts[prompts["category"].isin(categories)]
    return check_prompts(prompts, origin="restricted prompt set")


def _draw_category(category: str, sources: Mapping[str, Rows]) -> list[Drawn]:
    parts = CATEGORIES[category]
    drawn = [one for part in parts for one in _draw(part, category, sources)]
    return shuffled(drawn) if len(parts) > 1 else drawn


def _draw(part: Part, category: str, sources: Mapping[str, Rows]) -> list[Drawn]:
    if part.source not in sources:
        raise PromptError(f"{category}: there are no rows of {part.source!r}; name that source too")
    try:
        chosen = part.order(sources[part.source])[: part.count]
        bodies = [part.body(row) for row in chosen]
    except KeyError as error:
        raise PromptError(
            f"{category}: rows of {part.source!r} have no column {error}; pin a revision that has"
        ) from error
    if len(bodies) < part.count:
        raise PromptError(
            f"{category}: {part.source!r} gives {len(bodies)} of {part.count} prompts; pin a larger revision"
        )
    texts = [_text(part, category, body, row) for row, body in enumerate(bodies)]
    return [Drawn(category, part, row, text) for row, text in zip(chosen, texts, strict=True)]


def _text(part: Part, category: str, body: object, row: int) -> str:
    if not isinstance(body, str) or not body.strip():
        raise PromptError(f"{category}: the text of drawn row {row} of {part.source!r} is blank; pin another revision")
    return wrap(part.form, body)


def _origin(part: Part) -> str:
    return f"data/prompts/{part.source}.csv" if part.source in WRITTEN_SOURCES else part.source


def _adopted(prompt: ManifestPrompt) -> str:
    if prompt.category not in AUTHORS_CATEGORIES:
        known = sorted(AUTHORS_CATEGORIES)
        raise PromptError(
            f"prompt {prompt.prompt_id!r} has the unknown category {prompt.category!r}; known are {known}"
        )
    return AUTHORS_CATEGORIES[prompt.category]
