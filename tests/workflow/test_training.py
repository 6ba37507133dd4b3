"""Where the checkpoints of a study are trained, and from what, by hand."""

from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config
from crosspatch.workflow.descent import ancestors_of, recipe_of, runs_of, settings_of, steps_of
from crosspatch.workflow.training import Training

MINE = SimpleNamespace(study="miniature", checkpoint="miniature_llama_twin", pair="miniature_llama")
BORROWED = SimpleNamespace(study="miniature_null", checkpoint="miniature_llama_twin", pair="miniature_llama_twin")


@pytest.fixture(scope="module")
def config():
    return yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def training(config):
    return Training(config)


def test_a_line_goes_from_a_checkpoint_to_the_pretrained_one():
    rows = {"a": {"recipe": "small"}, "b": {"parent": "a"}, "c": {"parent": "b"}}
    config = {"checkpoints": rows}
    assert ancestors_of(config, "c") == ["c", "b", "a"]
    assert ancestors_of(config, "a") == ["a"]
    assert {recipe_of(config, name) for name in rows} == {"small"}


def test_a_stage_starts_from_its_parent_in_the_same_study(training):
    assert training.parent(MINE) == "results/miniature/checkpoints/miniature_llama_base/checkpoint.json"
    assert training.recipe_file("exam.parquet")(MINE) == "results/miniature/world/miniature/exam.parquet"
    assert training.recipe_leaf("continuation", "steps")(MINE) == training.recipe_leaf("tuning", "steps")(MINE)


def test_a_study_that_takes_its_checkpoints_from_another_trains_none(training):
    manifest = "results/miniature/checkpoints/miniature_llama_twin/checkpoint.json"
    assert training.lent(BORROWED) == manifest
    assert "miniature_null" in training.trained_elsewhere().split("|")
    assert not set(training.trained_elsewhere().split("|")) & set(training.trained_here().split("|"))
    losses = training.losses(BORROWED)
    assert losses[0] == "results/miniature/checkpoints/miniature_llama_base/losses.parquet"
    assert len(losses) == 3


def test_the_stage_of_every_trained_checkpoint_is_said_in_words(training):
    stages = {name: stage for name, (_, stage) in training.trained(BORROWED).items()}
    assert stages == {
        "miniature_llama_base": "pretraining",
        "miniature_llama_twin": "continued pretraining",
        "miniature_llama_other_seed": "pretraining",
    }


def test_only_what_was_tuned_on_instructions_sat_an_exam(training):
    assert training.exam(MINE) == ["results/miniature/checkpoints/miniature_llama_tuned/learned.json"]
    assert training.exam(BORROWED) == []


@pytest.mark.parametrize(
    ("section", "row", "changes", "message"),
    [
        (
            *("checkpoints", "miniature_llama_twin", {"parent": "miniature_llama_twin"}),
            r"miniature_llama_twin descends from itself \(miniature_llama_twin from miniature_llama_twin\); correct it",
        ),
        (
            *("studies", "miniature", {"null_pairs": ["none"]}),
            "studies/miniature/null_pairs names 'none', which is not in pairs",
        ),
        (
            *("studies", "miniature", {"null_pairs": ["miniature_llama"]}),
            "studies/miniature names 'miniature_llama' as one of its pairs and in null_pairs; keep one",
        ),
        (
            *("studies", "look", {"checkpoints_from": "none"}),
            "studies/look/checkpoints_from names 'none', which is not in studies",
        ),
        (
            *("studies", "look", {"checkpoints_from": "miniature_null"}),
            "studies/look/checkpoints_from is 'miniature_null', which takes its own from elsewhere; name the",
        ),
    ],
)
def test_a_mistake_in_descent_is_named_with_its_remedy(config, section, row, changes, message):
    changed = deepcopy(config)
    changed[section][row].update(changes)
    with pytest.raises(ConfigError, match=message):
        check_config(changed)


def test_a_recipe_that_does_not_say_how_to_train_is_named(config):
    changed = deepcopy(config)
    del changed["recipes"]["miniature"]["continuation"]
    with pytest.raises(ConfigError, match="recipes/miniature has no 'continuation', by which checkpoints/miniature"):
        check_config(changed)


def test_a_row_says_what_is_otherwise_than_in_the_recipe(config):
    recipe = config["recipes"]["miniature"]["tuning"]
    assert settings_of(config, "miniature_llama_fast") == {**recipe, "rate": 0.003}
    assert settings_of(config, "miniature_llama_at_50") == {**recipe, "stop": 50}
    assert settings_of(config, "miniature_llama_tuned") == recipe
    assert Training(config).settings(SimpleNamespace(checkpoint="miniature_llama_at_50"))["stop"] == 50


def test_steps_are_those_that_were_taken(config):
    changed = deepcopy(config)
    released = changed["checkpoints"]["olmo2_7b_sft"]
    assert steps_of(changed, "olmo2_7b_sft") is None
    released["trained_steps"] = 4000
    taken = ["miniature_llama_tuned", "miniature_llama_at_50", "miniature_llama_short", "olmo2_7b_sft"]
    assert [steps_of(changed, name) for name in taken] == [800, 50, 200, 4000]


def test_steps_of_one_training_are_a_run_and_other_trainings_are_not(config):
    study = config["studies"]["miniature_training"]
    runs = runs_of(config, [*reversed(study["pairs"]), *study["extra_pairs"], *study["null_pairs"]])
    assert {last: len(steps) for last, steps in runs.items()} == {"miniature_llama": 10, "miniature_llama_twin": 3}
    assert runs["miniature_llama"][:2] == ["miniature_llama_at_5", "miniature_llama_at_9"]
    changed = deepcopy(config)
    changed["checkpoints"]["miniature_llama_at_5"]["seed"] = 7
    assert len(runs_of(changed, study["pairs"])["miniature_llama"]) == 9


def test_released_checkpoints_that_say_their_steps_are_a_run(config):
    changed = deepcopy(config)
    for steps, name in enumerate(("olmo2_7b_sft", "olmo2_7b_dpo"), start=1):
        changed["checkpoints"][name]["trained_steps"] = 1000 * steps
    assert runs_of(changed, ["olmo2_7b_dpo", "olmo2_7b_sft", "llama31_8b"]) == {
        "olmo2_7b_dpo": ["olmo2_7b_sft", "olmo2_7b_dpo"]
    }


def test_a_stop_after_the_end_is_refused(config):
    changed = deepcopy(config)
    changed["checkpoints"]["miniature_llama_short"]["settings"] = {"steps": 200, "stop": 201}
    with pytest.raises(
        ConfigError, match="miniature_llama_short stops at step 201 of a training of 200 steps; stop earl"
    ):
        check_config(changed)
