"""Corpora of the config: which a study takes, and what can be wrong with them and with the adapters trained on them."""

from collections.abc import Iterator, Mapping
from typing import Any

from crosspatch.workflow.descent import ancestors_of, is_on_corpus
from crosspatch.workflow.explaining import unknown

Config = Mapping[str, Any]


def home_of(config: Config, study: str) -> str:
    """Return the study in whose folder the checkpoints of a study, and their corpora, are made."""
    home: str = config["studies"][study].get("checkpoints_from", study)
    return home


def corpora_of(config: Config, checkpoints: Mapping[str, Mapping[str, Any]], prompt_sets: list[str]) -> list[str]:
    """Return the corpora of some checkpoints (rows by name), of those they descend from, and of some prompt sets."""
    lines = [config["checkpoints"][one] for name in checkpoints for one in ancestors_of(config, name)]
    rows = [*lines, *(config["prompt_sets"][name] for name in prompt_sets)]
    return list(dict.fromkeys(row["corpus"] for row in rows if "corpus" in row))


def corpus_problems(config: Config) -> Iterator[str]:
    """Yield what is wrong with corpora, with the adapters trained on them, and with the pairs of these."""
    corpora, checkpoints = config.get("corpora", {}), config["checkpoints"]
    for name, corpus in corpora.items():
        place = f"corpora/{name}/support/tokenizer"
        yield from unknown([corpus["support"]["tokenizer"]], checkpoints, place, "checkpoints")
        if "{text}" not in corpus["template"]:
            yield f"config: corpora/{name}/template has no {{text}}, where the text of a row goes; write it there"
    for name, row in checkpoints.items():
        if row["source"] == "adapter_pretraining":
            yield from _adapter_problems(config, name, row)
    for name, row in config["prompt_sets"].items():
        if row["source"] == "corpus":
            yield from unknown([row["corpus"]], corpora, f"prompt_sets/{name}/corpus", "corpora")
    for name, pair in config["pairs"].items():
        yield from _pair_problems(config, name, pair)


def _adapter_problems(config: Config, name: str, row: Mapping[str, Any]) -> Iterator[str]:
    said = [key for key in ("kinds", "corpus") if key in row]
    if len(said) != 1:
        found = " and ".join(said) or "neither kinds nor corpus"
        yield f"config: checkpoints/{name} has {found}; give it either kinds of documents or a corpus"
    elif ("corpus" in row) != ("adapter" in row):
        yield (
            f"config: checkpoints/{name} needs `adapter`, a row of adapters, with `corpus`, and without it has its "
            "recipe's; correct it"
        )
    elif is_on_corpus(row):
        yield from unknown([row["corpus"]], config.get("corpora", {}), f"checkpoints/{name}/corpus", "corpora")
        yield from unknown([row["adapter"]], config.get("adapters", {}), f"checkpoints/{name}/adapter", "adapters")


def _pair_problems(config: Config, name: str, pair: Mapping[str, Any]) -> Iterator[str]:
    tuned = config["checkpoints"].get(pair["tuned"], {"source": None})
    if is_on_corpus(tuned) and pair["base"] not in ancestors_of(config, pair["tuned"]):
        yield (
            f"config: pairs/{name} has {pair['tuned']!r} as tuned, an adapter of {tuned['parent']!r}, but its base is "
            f"{pair['base']!r}; name the base that the adapter was trained on"
        )
