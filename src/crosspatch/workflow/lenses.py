"""Lenses of the config: of which checkpoints, on which texts, and what can be wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crosspatch.workflow.descent import ancestors_of
from crosspatch.workflow.explaining import unknown

Config = Mapping[str, Any]


def texts_of(config: Config, study: str) -> list[str]:
    """Return the name of the texts that a study fetches for its lenses, if it does."""
    said = config["studies"][study].get("lenses", {})
    return [said["texts"]] if "texts" in said else []


def lens_problems(config: Config, measured: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what is wrong with the lenses of each study; `measured` are its pairs, null pairs last."""
    for name, study in config["studies"].items():
        if "lenses" in study:
            said, place = study["lenses"], f"studies/{name}/lenses"
            yield from unknown(texts_of(config, name), config.get("texts", {}), f"{place}/texts", "texts")
            pairs = said.get("pairs", measured[name])
            yield from unknown(pairs, measured[name], f"{place}/pairs", f"the pairs of {name}")
            yield from _texts_problems(config, said, [pair for pair in pairs if pair in config["pairs"]], place)
            yield from _again_problems(said, pairs, place)


def _texts_problems(config: Config, said: Mapping[str, Any], pairs: Sequence[str], place: str) -> Iterator[str]:
    names = [config["pairs"][pair][side] for pair in pairs for side in ("base", "tuned")]
    for name in () if "texts" in said else names:
        if "recipe" not in config["checkpoints"][ancestors_of(config, name)[-1]]:
            yield (
                f"config: {place} names no texts, and {name!r} has no recipe whose documents its lens could be trained "
                f"on; name a row of `texts` in {place}/texts"
            )


def _again_problems(said: Mapping[str, Any], pairs: Sequence[str], place: str) -> Iterator[str]:
    if "again" in said:
        yield from unknown([said["again"]["pair"]], pairs, f"{place}/again/pair", "the pairs that have lenses")
        if said["seed"] in said["again"]["seeds"]:
            yield f"config: {place}/again/seeds has {said['seed']}, the seed of the lenses themselves; name others"
