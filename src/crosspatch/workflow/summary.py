"""What an archive of a study holds: all that its figures and tables are drawn from, and what the config says of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from crosspatch.workflow.config import Config, pairs_of

TRAINED = ("pretraining", "instruction_tuning")


def summary_files(config: Config, study: str) -> list[str]:
    """Return the paths of all files that the rules of figures and tables read."""
    return [f"results/{study}/{name}" for name in _names(config, study)]


def study_settings(config: Config, study: str) -> dict[str, Any]:
    """Return everything that the config says about a study, except where its archive is."""
    row = {key: value for key, value in config["studies"][study].items() if key != "archive"}
    pairs = {pair: config["pairs"][pair] for pair in pairs_of(config, study)}
    checkpoints = {name: config["checkpoints"][name] for name in _checkpoints(config, study)}
    recipes = {row["recipe"] for row in checkpoints.values() if "recipe" in row}
    return {
        "study": row,
        "pairs": pairs,
        "checkpoints": checkpoints,
        "prompt_set": config["prompt_sets"][row["prompt_set"]],
        "recipes": {name: config["recipes"][name] for name in sorted(recipes)},
    }


def _names(config: Config, study: str) -> Iterator[str]:
    for name in ("effects", "tests", "cell_means"):
        yield f"estimates/{name}.parquet"
    yield "divergence/examples.parquet"
    controls = config["studies"][study].get("controls", {})
    yield from (f"estimates/controls/{control}.parquet" for control in controls)
    if "label_swap" in controls:
        yield "estimates/controls/label_swap_null.parquet"
    if controls:
        yield "estimates/verdicts.parquet"
    if "claims" in config["studies"][study]:
        yield "claims/comparison.parquet"
    for pair in pairs_of(config, study):
        yield from (f"divergence/{pair}.parquet", f"factorial/{pair}/cells.parquet", f"pairs/{pair}/shape.json")
    for name, row in _checkpoints(config, study).items():
        yield f"checkpoints/{name}/checkpoint.json"
        if row["source"] in TRAINED:
            yield f"checkpoints/{name}/losses.parquet"


def _checkpoints(config: Config, study: str) -> Mapping[str, Mapping[str, Any]]:
    pairs = [config["pairs"][pair] for pair in pairs_of(config, study)]
    names = dict.fromkeys(pair[side] for pair in pairs for side in ("base", "tuned"))
    return {name: config["checkpoints"][name] for name in names}
