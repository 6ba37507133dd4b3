"""Who descends from whom: the stages of training that the workflow knows, and the line of a trained checkpoint."""

from collections.abc import Iterator, Mapping
from typing import Any

STAGES: Mapping[str, str] = {
    "pretraining": "pretraining",
    "continued_pretraining": "continuation",
    "instruction_tuning": "tuning",
}
"""Sources of checkpoints that this workflow trains, and where a recipe says how."""


def ancestors_of(config: Mapping[str, Any], checkpoint: str) -> list[str]:
    """Return a checkpoint that this workflow trains and those that it was trained from, the pretrained one last."""
    line = [checkpoint]
    while "parent" in (row := config["checkpoints"][line[-1]]):
        line.append(row["parent"])
    return line


def recipe_of(config: Mapping[str, Any], checkpoint: str) -> str:
    """Return the recipe of a checkpoint that this workflow trains: that of the pretrained one that it descends from."""
    recipe: str = config["checkpoints"][ancestors_of(config, checkpoint)[-1]]["recipe"]
    return recipe


def parent_problems(config: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield what is wrong with the line of ancestors of a checkpoint, and with its stage in its recipe."""
    checkpoints, line = config["checkpoints"], [name]
    while "parent" in checkpoints[line[-1]]:
        parent = checkpoints[line[-1]]["parent"]
        if parent in line:
            yield f"config: checkpoints/{name} descends from itself ({' from '.join([*line, parent])}); correct it"
            return
        if checkpoints.get(parent, {"source": None})["source"] not in STAGES:
            yield (
                f"config: checkpoints/{line[-1]} is trained from {parent!r}, which this workflow does not train; its "
                f"source must be one of {sorted(STAGES)}"
            )
            return
        line.append(parent)
    stage, recipe = STAGES[checkpoints[name]["source"]], checkpoints[line[-1]]["recipe"]
    if stage not in config.get("recipes", {}).get(recipe, [stage]):
        yield f"config: recipes/{recipe} has no {stage!r}, by which checkpoints/{name} is trained; add it"
