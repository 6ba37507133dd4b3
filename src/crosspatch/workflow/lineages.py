"""Lineages of the config, and what can be wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crosspatch.workflow.descent import STAGES, ancestors_of
from crosspatch.workflow.explaining import unknown

Config = Mapping[str, Any]


def lineages_of(config: Config, study: str) -> list[str]:
    """Return the lineages that a study crosses."""
    return list(config["studies"][study].get("lineages", []))


def lineage_problems(config: Config, measured: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield what is wrong with each lineage, and what studies lack for theirs; `measured` are the pairs of each."""
    for name, row in config.get("lineages", {}).items():
        place = f"config: lineages/{name}"
        yield from unknown(row["stages"], config["checkpoints"], f"lineages/{name}/stages", "checkpoints")
        yield from unknown(row["supports"], config["pairs"], f"lineages/{name}/supports", "pairs")
        yield from unknown(
            [row["prompt_set"]] if "prompt_set" in row else [], config["prompt_sets"], f"lineages/{name}", "prompt_sets"
        )
        yield from _order_problems(row, place)
        yield from _descent_problems(config, row["stages"], place)
        yield from _support_problems(config["pairs"], row, place)
    for study, pairs in measured.items():
        yield from _study_problems(config, study, pairs)


def verifying_pairs(config: Config, lineage: str, measured: Sequence[str]) -> dict[str, str]:
    """Return, by its tuned side, a measured pair of the first stage and each later one at the lineage's boundary."""
    rows, row = config["pairs"], config["lineages"][lineage]
    first, boundary = row["stages"][0], rows[row["supports"][0]]["boundary"]
    own = [pair for pair in measured if (rows[pair]["base"], rows[pair]["boundary"]) == (first, boundary)]
    return {rows[pair]["tuned"]: pair for pair in own}


def _study_problems(config: Config, study: str, pairs: Sequence[str]) -> Iterator[str]:
    known = config.get("lineages", {})
    place = f"config: studies/{study}/lineages"
    yield from unknown(lineages_of(config, study), known, f"studies/{study}/lineages", "lineages")
    for name in lineages_of(config, study):
        missing = [pair for pair in known[name]["supports"] if pair not in pairs]
        if missing:
            yield f"{place} has {name!r}, whose support {missing[0]!r} the study does not measure; add it to its pairs"
        verifying, (first, *later) = verifying_pairs(config, name, pairs), known[name]["stages"]
        unverified = [stage for stage in later if stage not in verifying]
        if unverified:
            yield (
                f"{place} has {name!r}, but no pair of the study has base {first!r}, tuned {unverified[0]!r} and the "
                "boundary of the supports, so nothing verifies the halves of that stage; add such a pair"
            )


def _order_problems(row: Mapping[str, Any], place: str) -> Iterator[str]:
    stages, labels = row["stages"], row["labels"]
    if len(stages) < 2:
        yield f"{place} has fewer than two stages ({stages}); name the base and one checkpoint that descends from it"
    for key in ("stages", "labels", "supports"):
        twice = [one for place_of, one in enumerate(row[key]) if one in row[key][:place_of]]
        if twice:
            yield f"{place}/{key} lists {twice[0]!r} twice; keep one"
    if len(labels) != len(stages):
        yield f"{place} has {len(stages)} stages and {len(labels)} labels; give each stage one"


def _descent_problems(config: Config, stages: list[str], place: str) -> Iterator[str]:
    trained = {
        stage: ancestors_of(config, stage) for stage in stages if config["checkpoints"][stage]["source"] in STAGES
    }
    for stage, line in trained.items():
        if stages[0] not in line:
            yield (
                f"{place}/stages has {stage!r}, which this workflow does not train from the first stage {stages[0]!r} "
                f"(it descends from {line[1:] or 'nothing'}); take it out"
            )
        later = [one for one in stages[stages.index(stage) + 1 :] if one in line]
        if later:
            yield f"{place}/stages has {stage!r} before {later[0]!r}, which it is trained from; exchange them"


def _support_problems(pairs: Mapping[str, Any], row: Mapping[str, Any], place: str) -> Iterator[str]:
    stages, supports = row["stages"], row["supports"]
    for name in supports:
        said = f"{place}/supports has {name!r}, whose"
        for side in ("base", "tuned"):
            if pairs[name][side] not in stages:
                yield f"{said} {side} {pairs[name][side]!r} is none of its stages {stages}; correct one of the two"
        if pairs[name]["base"] != stages[0]:
            yield f"{said} base {pairs[name]['base']!r} is not the first stage {stages[0]!r}; take another pair"
    last = pairs[supports[0]]["tuned"]
    if last != stages[-1]:
        yield (
            f"{place}/supports begins with {supports[0]!r}, whose tuned side {last!r} is not the last stage "
            f"{stages[-1]!r}; begin with the pair of first and last stage"
        )
    boundaries = {name: pairs[name]["boundary"] for name in supports}
    if len(set(boundaries.values())) > 1:
        yield f"{place}/supports have different boundaries {boundaries}; all stages are cut at one, so give them one"
