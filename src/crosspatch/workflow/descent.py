"""Who descends from whom: the stages of training that the workflow knows, and the line of a trained checkpoint."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

STAGES: Mapping[str, str] = {
    "pretraining": "pretraining",
    "continued_pretraining": "continuation",
    "instruction_tuning": "tuning",
    "preference_tuning": "preference",
    "rejection_sampling": "sampling",
    "adapter_pretraining": "adapter",
    "adapter_tuning": "adapter_tuning",
}
"""Sources of checkpoints that this workflow trains, and where a recipe says how."""
FOLLOWING = ("instruction_tuning", "adapter_tuning", "preference_tuning", "rejection_sampling")
"""Sources of checkpoints that follow instructions."""
REFINING = ("preference_tuning", "rejection_sampling")
"""Sources of checkpoints that a checkpoint that follows instructions is trained into."""
MERGED = ("adapter_pretraining", "adapter_tuning")
"""Sources of checkpoints into which an adapter was merged, which stands beside them."""


def is_gated(row: Mapping[str, Any]) -> bool:
    """Return whether a checkpoint must pass gates before its pair counts; instruction tuning on all has an exam."""
    return row["source"] in (*REFINING, *MERGED) or "categories" in row


def is_on_corpus(row: Mapping[str, Any]) -> bool:
    """Return whether a checkpoint is an adapter that was trained on a corpus, of whatever checkpoint."""
    return row["source"] == "adapter_pretraining" and "corpus" in row


def ancestors_of(config: Mapping[str, Any], checkpoint: str) -> list[str]:
    """Return a checkpoint and those that it was trained from; the last one was pretrained, here or elsewhere."""
    line = [checkpoint]
    while "parent" in (row := config["checkpoints"][line[-1]]):
        line.append(row["parent"])
    return line


def recipe_of(config: Mapping[str, Any], checkpoint: str) -> str:
    """Return the recipe of a checkpoint that this workflow trains: that of the pretrained one that it descends from."""
    recipe: str = config["checkpoints"][ancestors_of(config, checkpoint)[-1]]["recipe"]
    return recipe


def settings_of(config: Mapping[str, Any], checkpoint: str) -> dict[str, Any]:
    """Return the settings of the stage by which a checkpoint is trained: its recipe's, and over these its own.

    Those of an adapter on a corpus are in its row of `adapters`, beside the gates.
    """
    row = config["checkpoints"][checkpoint]
    if is_on_corpus(row):
        return {key: value for key, value in config["adapters"][row["adapter"]].items() if key != "gates"}
    return {**config["recipes"][recipe_of(config, checkpoint)][STAGES[row["source"]]], **row.get("settings", {})}


def steps_of(config: Mapping[str, Any], checkpoint: str) -> int | None:
    """Return the steps of its last stage that a checkpoint was trained for; None if the config does not say."""
    row = config["checkpoints"][checkpoint]
    settings = settings_of(config, checkpoint) if row["source"] in STAGES else {}
    steps: int | None = settings.get("stop", settings.get("steps", row.get("trained_steps")))
    return steps


def runs_of(config: Mapping[str, Any], pairs: Sequence[str]) -> dict[str, list[str]]:
    """Return the trainings of which several steps are among the tuned checkpoints of `pairs`, the steps in order.

    Keys are the pairs of the last steps. Steps of one training have one base and rows in the config that differ in
    `stop` only; of released checkpoints, those that say how many steps they were trained for.
    """
    trainings: dict[str, list[str]] = {}
    for pair in pairs:
        base, tuned = (config["pairs"][pair][side] for side in ("base", "tuned"))
        if steps_of(config, tuned) is not None:
            trainings.setdefault(f"{base} {_training_of(config, tuned)}", []).append(pair)
    found = {}
    for members in trainings.values():
        ordered = sorted(members, key=lambda pair: steps_of(config, config["pairs"][pair]["tuned"]) or 0)
        if len(ordered) > 1:
            found[ordered[-1]] = ordered
    return found


def _training_of(config: Mapping[str, Any], checkpoint: str) -> str:
    row = config["checkpoints"][checkpoint]
    if row["source"] not in STAGES:
        return "released"
    settings = {key: value for key, value in settings_of(config, checkpoint).items() if key != "stop"}
    return json.dumps({**row, "settings": settings}, sort_keys=True)


def parent_problems(config: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield what is wrong with the line of ancestors of a checkpoint, and with its stage in its recipe."""
    checkpoints, line = config["checkpoints"], [name]
    while "parent" in checkpoints[line[-1]]:
        parent = checkpoints[line[-1]]["parent"]
        if parent in line:
            yield f"config: checkpoints/{name} descends from itself ({' from '.join([*line, parent])}); correct it"
            return
        if parent not in checkpoints or not (
            checkpoints[parent]["source"] in STAGES or is_on_corpus(checkpoints[line[-1]])
        ):
            yield (
                f"config: checkpoints/{line[-1]} is trained from {parent!r}, which this workflow does not train; its "
                f"source must be one of {sorted(STAGES)}"
            )
            return
        line.append(parent)
    if not is_on_corpus(checkpoints[name]):
        yield from _recipe_problems(config, name, line[-1])


def _recipe_problems(config: Mapping[str, Any], name: str, first: str) -> Iterator[str]:
    recipe = config["checkpoints"][first].get("recipe")
    if recipe is None:
        yield (
            f"config: checkpoints/{name} descends from {first!r}, which has no recipe that says how to train it; only "
            "adapters with a corpus can be trained from released checkpoints"
        )
    else:
        yield from _stage_problems(config, name, recipe)


def _stage_problems(config: Mapping[str, Any], name: str, recipe: str) -> Iterator[str]:
    row, said = config["checkpoints"][name], config.get("recipes", {}).get(recipe)
    if row["source"] in REFINING and (found := config["checkpoints"][row["parent"]]["source"]) not in FOLLOWING:
        yield (
            f"config: checkpoints/{name} (source {row['source']}) is trained from {row['parent']!r}, which follows no "
            f"instructions (source {found}); the source of its parent must be one of {sorted(FOLLOWING)}"
        )
    stage = STAGES[row["source"]]
    if said is not None and stage not in said:
        yield f"config: recipes/{recipe} has no {stage!r}, by which checkpoints/{name} is trained; add it"
    elif said is not None and (settings := settings_of(config, name)).get("stop", 0) > settings["steps"]:
        yield (
            f"config: checkpoints/{name} stops at step {settings['stop']} of a training of {settings['steps']} steps; "
            "stop earlier, or set steps"
        )
    if said is not None and is_gated(row) and "gates" not in said:
        yield f"config: recipes/{recipe} has no 'gates', which checkpoints/{name} must pass; add their bars"
