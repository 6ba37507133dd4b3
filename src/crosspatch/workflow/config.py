"""Checks of the config before any job is planned: one clear error for the first thing that is wrong."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from crosspatch.errors import ConfigError
from crosspatch.files.schemas import load_schema
from crosspatch.workflow.controls import CONTROLS

Config = Mapping[str, Any]
WINDOWS = ("early", "middle", "late")


def check_config(config: Config) -> None:
    """Raise ConfigError, with the path of the key and a remedy, unless every study of the config can be built."""
    error = best_match(Draft202012Validator(load_schema("config")).iter_errors(config))
    if error is not None:
        raise ConfigError(_explain(_narrowed(error)))
    for problem in _problems(config):
        raise ConfigError(problem)


def pairs_of(config: Config, study: str) -> list[str]:
    """Return every pair that a study measures, balanced ones first."""
    rows: Mapping[str, Any] = config["studies"][study]
    return [*rows["pairs"], *rows.get("extra_pairs", [])]


def study_settings(config: Config, study: str) -> dict[str, Any]:
    """Return everything that the config says about a study, except where its archive is."""
    row = {key: value for key, value in config["studies"][study].items() if key != "archive"}
    pairs = {pair: config["pairs"][pair] for pair in pairs_of(config, study)}
    checkpoints = {name: config["checkpoints"][name] for name in _checkpoints_of(config, study)}
    recipes = {row["recipe"] for row in checkpoints.values() if "recipe" in row}
    return {
        "study": row,
        "pairs": pairs,
        "checkpoints": checkpoints,
        "prompt_set": config["prompt_sets"][row["prompt_set"]],
        "recipes": {name: config["recipes"][name] for name in sorted(recipes)},
    }


def records_of(config: Config) -> Mapping[str, str]:
    """Return what the config says about published records; ConfigError if nothing."""
    if "published_records" not in config:
        raise ConfigError("config: there are no published_records to audit; take the section from config.yaml again")
    records: Mapping[str, str] = config["published_records"]
    return records


def _narrowed(error: ValidationError) -> ValidationError:
    """Of the alternatives of a checkpoint or prompt set, explain the one that its `source` names."""
    if error.validator != "oneOf" or not isinstance(error.instance, Mapping) or not error.context:
        return error
    branches = error.schema["oneOf"]
    for index, branch in enumerate(branches):
        if branch["properties"]["source"].get("const") == error.instance.get("source"):
            mine = [nested for nested in error.context if nested.schema_path[0] == index]
            return best_match(mine) or error
    return error


def _explain(error: ValidationError) -> str:
    place = "/".join(map(str, error.absolute_path)) or "the top level"
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema["properties"]))
        return f"config: unknown key {unknown[0]!r} at {place}; known keys are {sorted(error.schema['properties'])}"
    if error.validator == "required":
        missing = next(key for key in error.schema["required"] if key not in error.instance)
        meaning = error.schema["properties"].get(missing, {}).get("description", "see schemas/config.schema.yaml")
        return f"config: {place} lacks the key {missing!r} ({meaning})"
    if error.validator == "pattern":
        return f"config: {error.instance!r} at {place} is refused: {error.schema.get('description', error.message)}"
    return f"config: {error.message} at {place} ({error.schema.get('description', 'see schemas/config.schema.yaml')})"


def _problems(config: Config) -> Iterator[str]:
    if config["study"] not in config["studies"]:
        yield f"config: study {config['study']!r} does not exist; choose one of {sorted(config['studies'])}"
    archive = config["studies"].get(config["study"], {}).get("archive")
    if archive is not None and not Path(archive).is_file():
        yield f"config: studies/{config['study']}/archive is {archive!r}, which is no file; correct the path"
    for name, study in config["studies"].items():
        yield from _unknown(pairs_of(config, name), config["pairs"], f"studies/{name}/pairs", "pairs")
        yield from _unknown([study["prompt_set"]], config["prompt_sets"], f"studies/{name}/prompt_set", "prompt_sets")
        twice = sorted(set(study["pairs"]) & set(study.get("extra_pairs", [])))
        if twice:
            yield f"config: studies/{name} names {twice[0]!r} in pairs and in extra_pairs; keep one"
        yield from _history_problems(study.get("controls", {}), f"studies/{name}/controls/native_history")
        yield from _control_problems(study.get("controls", {}), f"studies/{name}/controls")
    if "balanced" in config["pairs"]:
        yield "config: a pair cannot be called 'balanced', the word for the mean over pairs; rename it"
    for name, pair in config["pairs"].items():
        yield from _unknown([pair["base"], pair["tuned"]], config["checkpoints"], f"pairs/{name}", "checkpoints")
        if pair["base"] == pair["tuned"]:
            yield f"config: pairs/{name} has {pair['base']!r} as base and as tuned; they must differ"
    yield from _checkpoint_problems(config)
    yield from _window_problems(config)
    yield from _prompt_problems(config)
    yield from _record_problems(config)


def _history_problems(controls: Mapping[str, Any], place: str) -> Iterator[str]:
    history = controls.get("native_history", {"horizons": [], "primary": []})
    unmeasured = sorted(set(history["primary"]) - set(history["horizons"]))
    if unmeasured:
        yield f"config: {place}/primary has {unmeasured[0]}, which is not in its horizons {history['horizons']}"


def _control_problems(controls: Mapping[str, Any], place: str) -> Iterator[str]:
    for name in controls:
        needed = CONTROLS[name].needs
        if needed is not None and needed not in controls:
            yield f"config: {place} has {name!r} without {needed!r}, which it needs; add a row for it"


def _checkpoint_problems(config: Config) -> Iterator[str]:
    checkpoints, recipes = config["checkpoints"], config.get("recipes", {})
    for name, checkpoint in checkpoints.items():
        if checkpoint["source"] == "pretraining":
            yield from _unknown([checkpoint["recipe"]], recipes, f"checkpoints/{name}/recipe", "recipes")
        if checkpoint["source"] == "instruction_tuning":
            parent = checkpoints.get(checkpoint["parent"], {"source": None})
            if parent["source"] != "pretraining":
                yield (
                    f"config: checkpoints/{name} is tuned from {checkpoint['parent']!r}, which is not a checkpoint "
                    "with source pretraining"
                )
    for name, pair in config["pairs"].items():
        recipe = recipes.get(checkpoints[pair["base"]].get("recipe"))
        if recipe is not None and not 0 < pair["boundary"] < recipe["shape"]["blocks"]:
            blocks = recipe["shape"]["blocks"]
            yield f"config: pairs/{name}/boundary is {pair['boundary']}, outside the stack; it must be 1..{blocks - 1}"


def _window_problems(config: Config) -> Iterator[str]:
    for name, study in config["studies"].items():
        controls = study.get("controls", {})
        if "windows" in controls:
            needed = dict.fromkeys([*WINDOWS, *chain(*controls["windows"]["united"])])
            for pair in pairs_of(config, name):
                place = f"pairs/{pair}/windows, which studies/{name}/controls/windows needs,"
                missing = [window for window in needed if window not in config["pairs"][pair].get("windows", {})]
                if missing:
                    yield f"config: {place} lacks {missing[0]!r}; give its first block and the block after its last"


def _prompt_problems(config: Config) -> Iterator[str]:
    for name, prompt_set in config["prompt_sets"].items():
        if prompt_set["source"] == "world":
            yield from _unknown(
                [prompt_set["recipe"]], config.get("recipes", {}), f"prompt_sets/{name}/recipe", "recipes"
            )
        if prompt_set["source"] == "manifest":
            yield from _origin_problems(prompt_set, f"prompt_sets/{name}")
        if prompt_set["source"] == "rebuilt" and "datasets" not in config:
            yield f"config: prompt_sets/{name} is rebuilt from public data, but the config has no datasets"


def _record_problems(config: Config) -> Iterator[str]:
    records = config.get("published_records")
    if records is None:
        return
    yield from _unknown([records["pair"]], config["pairs"], "published_records/pair", "pairs")
    for key in ("prompts", "headline"):
        yield from _unknown([records[key]], config["prompt_sets"], f"published_records/{key}", "prompt_sets")
    yield from _origin_problems(records, "published_records")


def _origin_problems(row: Mapping[str, Any], place: str) -> Iterator[str]:
    if ("url" in row) == ("path" in row):
        yield f"config: {place} needs either a url or a path"


def _unknown(names: list[str], known: Mapping[str, Any], place: str, section: str) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"config: {place} names {name!r}, which is not in {section}; known are {sorted(known)}"


def _checkpoints_of(config: Config, study: str) -> Mapping[str, Mapping[str, Any]]:
    pairs = [config["pairs"][pair] for pair in pairs_of(config, study)]
    names = dict.fromkeys(pair[side] for pair in pairs for side in ("base", "tuned"))
    return {name: config["checkpoints"][name] for name in names}
