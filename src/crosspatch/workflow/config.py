"""Checks of the config before any job is planned: one clear error for the first thing that is wrong."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from crosspatch.errors import ConfigError
from crosspatch.files.schemas import load_schema
from crosspatch.workflow.corpora import corpora_of, corpus_problems
from crosspatch.workflow.descent import ancestors_of, parent_problems
from crosspatch.workflow.explaining import first_mistake, unknown
from crosspatch.workflow.grafts import donors_of, graft_problems
from crosspatch.workflow.ideas import all_controls, place_of, shown_ideas
from crosspatch.workflow.lenses import lens_problems, texts_of
from crosspatch.workflow.lineages import lineage_problems, lineages_of
from crosspatch.workflow.others import closure_problems

Config = Mapping[str, Any]
WINDOWS = ("early", "middle", "late")


def check_config(config: Config) -> None:
    """Raise ConfigError, with the path of the key and a remedy, unless every study of the config can be built."""
    mistake = first_mistake(config, config_schema(), "config", "schemas/config.schema.yaml")
    if mistake is not None:
        raise ConfigError(mistake)
    for problem in _problems(config):
        raise ConfigError(problem)


@cache
def config_schema() -> Mapping[str, Any]:
    """Return the JSON schema of the config: that of schemas/, with the settings of every idea's controls filled in.

    Raises ConfigError, naming the idea's file, if settings refer to a definition that there is not.
    """
    schema = load_schema("config")
    known = schema["$defs"]
    for name, control in all_controls().items():
        for reference in _references(control.settings):
            if reference.removeprefix("#/$defs/") not in known:
                raise ConfigError(
                    f"{place_of(control.idea)}: controls/{name}/settings refers to {reference!r}, which is not in "
                    f"schemas/config.schema.yaml; its definitions are {sorted(known)}"
                )
    settings = {name: control.settings for name, control in all_controls().items()}
    return {**schema, "$defs": {**known, "controls": {**known["controls"], "properties": settings}}}


def pairs_of(config: Config, study: str) -> list[str]:
    """Return every pair that a study is about, balanced ones first."""
    rows: Mapping[str, Any] = config["studies"][study]
    return [*rows["pairs"], *rows.get("extra_pairs", [])]


def null_pairs_of(config: Config, study: str) -> list[str]:
    """Return the pairs of a study between whose checkpoints there was no instruction tuning."""
    return list(config["studies"][study].get("null_pairs", []))


def measured_pairs(config: Config, study: str) -> list[str]:
    """Return every pair whose cells a study measures: balanced ones first, null pairs last."""
    return [*pairs_of(config, study), *null_pairs_of(config, study)]


def checkpoints_of(config: Config, study: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the rows of the checkpoints of a study by name, each once."""
    pairs = [config["pairs"][pair] for pair in measured_pairs(config, study)]
    sides = (pair[side] for pair in pairs for side in ("base", "tuned"))
    names = dict.fromkeys([*sides, *donors_of(config, study)])
    return {name: config["checkpoints"][name] for name in names}


def study_settings(config: Config, study: str) -> dict[str, Any]:
    """Return everything that the config says about a study, except where its archive is."""
    row = {key: value for key, value in config["studies"][study].items() if key != "archive"}
    pairs = {pair: config["pairs"][pair] for pair in measured_pairs(config, study)}
    checkpoints = {name: config["checkpoints"][name] for name in checkpoints_of(config, study)}
    recipes = {row["recipe"] for name in checkpoints for row in _line(config, name) if "recipe" in row}
    lineages = {name: config["lineages"][name] for name in lineages_of(config, study)}
    corpora = {name: config["corpora"][name] for name in corpora_of(config, checkpoints, [row["prompt_set"]])}
    adapters = {row["adapter"] for name in checkpoints for row in _line(config, name) if "adapter" in row}
    return {
        "study": row,
        "pairs": pairs,
        "checkpoints": checkpoints,
        "prompt_set": config["prompt_sets"][row["prompt_set"]],
        "recipes": {name: config["recipes"][name] for name in sorted(recipes)},
        **({"lineages": lineages} if lineages else {}),
        **({"corpora": corpora} if corpora else {}),
        **({"adapters": {name: config["adapters"][name] for name in sorted(adapters)}} if adapters else {}),
        **({"texts": {name: config["texts"][name] for name in texts}} if (texts := texts_of(config, study)) else {}),
    }


def _line(config: Config, checkpoint: str) -> list[Mapping[str, Any]]:
    return [config["checkpoints"][name] for name in ancestors_of(config, checkpoint)]


def records_of(config: Config) -> Mapping[str, str]:
    """Return what the config says about published records; ConfigError if nothing."""
    if "published_records" not in config:
        raise ConfigError("config: there are no published_records to audit; take the section from config.yaml again")
    records: Mapping[str, str] = config["published_records"]
    return records


def _references(schema: Any) -> Iterator[str]:  # noqa: ANN401 - any YAML value
    if isinstance(schema, Mapping):
        yield from [schema["$ref"]] if "$ref" in schema else []
        yield from chain.from_iterable(map(_references, schema.values()))
    elif isinstance(schema, list):
        yield from chain.from_iterable(map(_references, schema))


def _problems(config: Config) -> Iterator[str]:
    if config["study"] not in config["studies"]:
        yield f"config: study {config['study']!r} does not exist; choose one of {sorted(config['studies'])}"
    archive = config["studies"].get(config["study"], {}).get("archive")
    if archive is not None and not Path(archive).is_file():
        yield f"config: studies/{config['study']}/archive is {archive!r}, which is no file; correct the path"
    for name, study in config["studies"].items():
        yield from unknown(pairs_of(config, name), config["pairs"], f"studies/{name}/pairs", "pairs")
        yield from unknown([study["prompt_set"]], config["prompt_sets"], f"studies/{name}/prompt_set", "prompt_sets")
        twice = sorted(set(study["pairs"]) & set(study.get("extra_pairs", [])))
        if twice:
            yield f"config: studies/{name} names {twice[0]!r} in pairs and in extra_pairs; keep one"
        nulls = null_pairs_of(config, name)
        yield from unknown(nulls, config["pairs"], f"studies/{name}/null_pairs", "pairs")
        yield from _null_problems(study, nulls, pairs_of(config, name), f"studies/{name}")
        yield from _sharing_problems(config["studies"], name)
        shown = dict.fromkeys(shown_ideas())
        yield from unknown(study.get("ideas", []), shown, f"studies/{name}/ideas", "the ideas that draw something")
        yield from _history_problems(study.get("controls", {}), f"studies/{name}/controls/native_history")
        yield from _control_problems(study.get("controls", {}), f"studies/{name}/controls")
        claimed = study.get("claims", {}).get("pairs", [])
        yield from unknown(claimed, config["pairs"], f"studies/{name}/claims/pairs", "pairs")
        yield from _placement_problems(study["engine"]["placement"], f"studies/{name}/engine/placement")
    if "balanced" in config["pairs"]:
        yield "config: a pair cannot be called 'balanced', the word for the mean over pairs; rename it"
    for name, pair in config["pairs"].items():
        yield from unknown([pair["base"], pair["tuned"]], config["checkpoints"], f"pairs/{name}", "checkpoints")
        if pair["base"] == pair["tuned"]:
            yield f"config: pairs/{name} has {pair['base']!r} as base and as tuned; they must differ"
    yield from _checkpoint_problems(config)
    yield from corpus_problems(config)
    measured = {name: measured_pairs(config, name) for name in config["studies"]}
    yield from lineage_problems(config, measured)
    yield from lens_problems(config, measured)
    yield from graft_problems(config)
    yield from closure_problems(config, measured)
    yield from _window_problems(config)
    yield from _prompt_problems(config)
    yield from _record_problems(config)


def _null_problems(study: Mapping[str, Any], nulls: list[str], pairs: list[str], place: str) -> Iterator[str]:
    both = sorted(set(nulls) & set(pairs))
    if both:
        yield f"config: {place} names {both[0]!r} as one of its pairs and in null_pairs; keep one"
    if "gap_over_nulls" in study.get("controls", {}) and not nulls:
        yield f"config: {place}/controls has 'gap_over_nulls', but there are no null_pairs; name some, or drop it"


def _sharing_problems(studies: Mapping[str, Any], name: str) -> Iterator[str]:
    giver = studies[name].get("checkpoints_from")
    if giver is None:
        return
    place = f"studies/{name}/checkpoints_from"
    yield from unknown([giver], studies, place, "studies")
    if "checkpoints_from" in studies.get(giver, {}):
        yield f"config: {place} is {giver!r}, which takes its own from elsewhere; name the study that trains them"


def _history_problems(controls: Mapping[str, Any], place: str) -> Iterator[str]:
    history = controls.get("native_history", {"horizons": [], "primary": []})
    unmeasured = sorted(set(history["primary"]) - set(history["horizons"]))
    if unmeasured:
        yield f"config: {place}/primary has {unmeasured[0]}, which is not in its horizons {history['horizons']}"


def _control_problems(controls: Mapping[str, Any], place: str) -> Iterator[str]:
    for name in controls:
        needed = all_controls()[name].needs
        if needed is not None and needed not in controls:
            yield f"config: {place} has {name!r} without {needed!r}, which it needs; add a row for it"


def _placement_problems(placement: Mapping[str, str], place: str) -> Iterator[str]:
    if placement.get("kernels") == "pinned" and placement["device"] != "cpu":
        yield f"config: {place} has pinned kernels on {placement['device']!r}; only those of a cpu can be pinned"


def _checkpoint_problems(config: Config) -> Iterator[str]:
    checkpoints, recipes = config["checkpoints"], config.get("recipes", {})
    for name, checkpoint in checkpoints.items():
        if checkpoint["source"] == "pretraining":
            yield from unknown([checkpoint["recipe"]], recipes, f"checkpoints/{name}/recipe", "recipes")
        if "parent" in checkpoint:
            yield from parent_problems(config, name)
    for name, pair in config["pairs"].items():
        recipe = recipes.get(checkpoints[ancestors_of(config, pair["base"])[-1]].get("recipe"))
        if recipe is not None and not 0 < pair["boundary"] < recipe["shape"]["blocks"]:
            blocks = recipe["shape"]["blocks"]
            yield f"config: pairs/{name}/boundary is {pair['boundary']}, outside the stack; it must be 1..{blocks - 1}"


def _window_problems(config: Config) -> Iterator[str]:
    for name, study in config["studies"].items():
        controls = study.get("controls", {})
        for control in [one for one in ("windows", "grafts", "free_grafts") if one in controls]:
            needed = dict.fromkeys([*WINDOWS, *chain(*controls[control]["united"])])
            for pair in pairs_of(config, name):
                place = f"pairs/{pair}/windows, which studies/{name}/controls/{control} needs,"
                missing = [window for window in needed if window not in config["pairs"][pair].get("windows", {})]
                if missing:
                    yield f"config: {place} lacks {missing[0]!r}; give its first block and the block after its last"


def _prompt_problems(config: Config) -> Iterator[str]:
    for name, prompt_set in config["prompt_sets"].items():
        if prompt_set["source"] == "world":
            yield from unknown(
                [prompt_set["recipe"]], config.get("recipes", {}), f"prompt_sets/{name}/recipe", "recipes"
            )
        if prompt_set["source"] == "manifest":
            yield from _origin_problems(prompt_set, f"prompt_sets/{name}")
        if prompt_set["source"] == "rebuilt" and "datasets" not in config:
            yield f"config: prompt_sets/{name} is rebuilt from public data, but the config has no datasets"


def _record_problems(config: Config) -> Iterator[str]:
    for name, summary in config.get("published_summaries", {}).items():
        yield from _origin_problems(summary, f"published_summaries/{name}")
    records = config.get("published_records")
    if records is None:
        return
    yield from unknown([records["pair"]], config["pairs"], "published_records/pair", "pairs")
    for key in ("prompts", "headline"):
        yield from unknown([records[key]], config["prompt_sets"], f"published_records/{key}", "prompt_sets")
    yield from _origin_problems(records, "published_records")


def _origin_problems(row: Mapping[str, Any], place: str) -> Iterator[str]:
    if ("url" in row) == ("path" in row):
        yield f"config: {place} needs either a url or a path"
