"""Each mistake in config.yaml is one clear error that names the key, the value and the remedy."""

import re
from pathlib import Path

import pytest
import yaml

from changed_configs import changed
from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config, config_schema, pairs_of

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
SMOKE = yaml.safe_load(Path("tests/smoke.yaml").read_text(encoding="utf-8"))


def test_the_shipped_config_is_accepted_with_and_without_the_smoke_overlay():
    check_config(CONFIG)
    overlaid = {
        key: {**value, **SMOKE.get(key, {})} if isinstance(value, dict) else value for key, value in CONFIG.items()
    }
    check_config(overlaid | {"study": SMOKE["study"]})


def test_the_study_that_the_docs_give_as_an_example_is_accepted():
    text = Path("docs/adding.md").read_text(encoding="utf-8")
    example = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1])
    check_config(
        CONFIG | {key: {**CONFIG[key], **own} if isinstance(own, dict) else own for key, own in example.items()}
    )


def test_every_key_of_the_schema_is_described():
    undescribed = []

    def walk(schema, place):
        for key, row in schema.get("properties", {}).items():
            if not ({"description", "$ref", "const"} & set(row)):
                undescribed.append(f"{place}/{key}")
            walk(row, f"{place}/{key}")
        for number, branch in enumerate(schema.get("oneOf", [])):
            walk(branch, f"{place}/{number}")

    schema = config_schema()
    walk(schema, "")
    for name, definition in schema["$defs"].items():
        assert "description" in definition, name
        walk(definition, name)
    assert undescribed == []


def test_every_object_of_the_schema_refuses_unknown_keys():
    for name, definition in config_schema()["$defs"].items():
        for branch in definition.get("oneOf", [definition]):
            if "properties" in branch:
                assert branch.get("additionalProperties") is False, name


def test_every_control_has_its_settings():
    assert len(config_schema()["$defs"]["controls"]["properties"]) == 36
    check_config(changed(CONFIG, "studies", "miniature", "controls", "native_history", "horizons", to=[4, 8, 16]))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            changed(CONFIG, "studies", "miniature", "controls", "depth"),
            r"studies/miniature/controls has 'distances' without 'depth', which it needs; add a row for it",
        ),
        (
            changed(CONFIG, "studies", "paper", "controls", "commitment"),
            r"studies/paper/controls has 'commitment_regression' without 'commitment', which it needs",
        ),
        (
            changed(CONFIG, "studies", "paper", "controls", "detph", to={}),
            r"unknown key 'detph' at studies/paper/controls; known keys are \['anomaly', 'behaviour', .*'write_out'\]",
        ),
        (
            changed(CONFIG, "studies", "paper", "controls", "rescaling", "seeds", to=[1]),
            r"unknown key 'seeds' at studies/paper/controls/rescaling; known keys are \[\]",
        ),
        (
            changed(CONFIG, "studies", "paper", "controls", "selection", "candidates"),
            r"studies/paper/controls/selection lacks the key 'candidates' \(Random prefixes of a rollout",
        ),
        (
            changed(CONFIG, "studies", "miniature", "controls", "native_history", "horizons", to=[]),
            r"\[\] should be non-empty at studies/\w+/controls/native_history/horizons \(Numbers of tokens after which",
        ),
        (
            changed(CONFIG, "studies", "miniature", "ideas", to=["windows", "rollouts"]),
            r"ideas names 'rollouts', which is not in the ideas that draw something; known are \['behaviour'",
        ),
        (
            changed(CONFIG, "pairs", "qwen3_4b", "boundary"),
            r"pairs/qwen3_4b lacks the key 'boundary' \(Index of the first",
        ),
        (
            changed(CONFIG, "pairs", "qwen3_4b", "boundry", to=3),
            r"unknown key 'boundry' at pairs/qwen3_4b; known keys are \['base', 'bou",
        ),
        (changed(CONFIG, "stduies", to={}), r"unknown key 'stduies' at the top level"),
        (
            changed(CONFIG, "checkpoints", "qwen3_4b_base", "revision", to="main"),
            r"'main' at checkpoints/qwen3_4b_base/revision is refused: A full commit of a hub repository, 40 hex",
        ),
        (
            changed(CONFIG, "checkpoints", "qwen3_4b_base", "revision"),
            r"checkpoints/qwen3_4b_base lacks the key 'revision' \(",
        ),
        (
            changed(CONFIG, "pairs", "qwen3_4b", to={"label": "Q", "tuned": "qwen3_4b_instruct"}),
            r"pairs/qwen3_4b lacks the keys 'base' \(Checkpoint before .*\), 'boundary' \(Index of .*\)$",
        ),
        (
            changed(CONFIG, "studies", "paper", "claims", "pairs"),
            r"'pairs' is a dependency of 'bands' at studies/(paper|authors_prompts)/claims \(How the study is compared",
        ),
        (
            changed(CONFIG, "studies", "miniature_gap", "null_pairs"),
            "studies/miniature_gap/controls has 'gap_over_nulls', but there are no null_pairs; name some, or drop it",
        ),
        (
            changed(CONFIG, "studies", "paper", "claims", "pairs", to=["llama"]),
            "studies/paper/claims/pairs names 'llama', which is not in pairs",
        ),
        (
            changed(CONFIG, "checkpoints", "qwen3_4b_base", "folder", to="/x"),
            "unknown key 'folder' at checkpoints/qwen3_4b_base",
        ),
        (
            changed(CONFIG, "checkpoints", "qwen3_4b_base", "repo", to="../../etc"),
            "'../../etc' at checkpoints/qwen3_4b_base/repo is refus",
        ),
        (
            changed(CONFIG, "pairs", "../escape", to=CONFIG["pairs"]["qwen3_4b"]),
            "'../escape' at pairs is refused: Lower-case letters",
        ),
        (
            changed(CONFIG, "pairs", "miniature_llama", "boundary", to=8),
            "pairs/miniature_llama/boundary is 8, outside the stack; it must be 1..7",
        ),
        (
            changed(CONFIG, "pairs", "qwen3_4b", "tuned", to="nobody"),
            "pairs/qwen3_4b names 'nobody', which is not in checkpoints",
        ),
        (
            changed(CONFIG, "pairs", "qwen3_4b", "tuned", to="qwen3_4b_base"),
            "has 'qwen3_4b_base' as base and as tuned; they must differ",
        ),
        (changed(CONFIG, "pairs", "balanced", to=CONFIG["pairs"]["qwen3_4b"]), "a pair cannot be called 'balanced'"),
        (
            changed(CONFIG, "study", to="papre"),
            r"'papre' does not exist; choose one of \['authors_prompts', 'content_reasoning', 'convergence_gap'",
        ),
        (
            changed(CONFIG, "studies", "paper", "pairs", to=["llama"]),
            "studies/paper/pairs names 'llama', which is not in pairs",
        ),
        (
            changed(CONFIG, "studies", "paper", "extra_pairs", to=["llama31_8b"]),
            "names 'llama31_8b' in pairs and in extra_pairs; keep one",
        ),
        (
            changed(CONFIG, "studies", "paper", "prompt_set", to="none"),
            "studies/paper/prompt_set names 'none', which is not in prompt_sets",
        ),
        (
            changed(CONFIG, "studies", "paper", "controls", "native_history", "primary", to=[4, 5]),
            r"studies/\w+/controls/native_history/primary has 5, which is not in its horizons \[0, 1, 2, 4",
        ),
        (
            changed(CONFIG, "studies", "paper", "statistics", "draws", to=5),
            "5 is less than the minimum of 100 at studies/paper/statistics/draws",
        ),
        (
            changed(CONFIG, "checkpoints", "miniature_llama_tuned", "parent", to="qwen3_4b_base"),
            "llama_tuned is trained from 'qwen3_4b_base', which this workflow does not train; its source must be",
        ),
        (
            changed(CONFIG, "checkpoints", "miniature_llama_base", "recipe", to="none"),
            "names 'none', which is not in recipes",
        ),
        (
            changed(CONFIG, "recipes", "miniature", "dtype"),
            r"recipes/miniature lacks the key 'dtype' \(Dtype that weights are stored in, base and tuned; they are",
        ),
        (
            changed(CONFIG, "prompt_sets", "authors_full", "url"),
            "prompt_sets/authors_full needs either a url or a path",
        ),
        (
            changed(CONFIG, "prompt_sets", "authors_full", "sha256", to="abc"),
            "'abc' at prompt_sets/authors_full/sha256 is refused",
        ),
        (
            changed(CONFIG, "studies", "paper", "claims", "bands", "pair"),
            r"studies/paper/claims/bands lacks the key 'pair' \(Of a pair's effect, in logits",
        ),
        (
            changed(CONFIG, "published_records", "path", to="records.jsonl.gz"),
            "published_records needs either a url or a path",
        ),
        (
            changed(CONFIG, "published_summaries", "gap_by_block", "path", to="values.json"),
            "published_summaries/gap_by_block needs either a url or a path",
        ),
        (
            changed(CONFIG, "published_records", "headline", to="none"),
            "published_records/headline names 'none', which is not in prompt_sets",
        ),
        (
            changed(CONFIG, "published_records", "pair", to="none"),
            "published_records/pair names 'none', which is not in pairs",
        ),
        (
            changed(CONFIG, "pairs", "gemma3_4b", "windows"),
            "pairs/gemma3_4b/windows, which studies/paper/controls/windows needs, lacks 'early'; give its first block",
        ),
        (
            changed(CONFIG, "studies", "paper", "controls", "windows", "united", to=[["middle", "final"]]),
            "pairs/miniature_llama/windows, which studies/miniature/controls/windows needs, lacks 'final'; give its",
        ),
        (
            changed(CONFIG, "studies", "miniature", "controls", to={"write_out": {}}),
            "studies/miniature/controls has 'write_out' without 'windows', which it needs; add a row for it",
        ),
        (changed(CONFIG, "datasets"), "is rebuilt from public data, but the config has no datasets"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(config, message):
    with pytest.raises(ConfigError, match=message):
        check_config(config)


def test_extra_pairs_are_measured_but_come_last():
    assert pairs_of(CONFIG, "paper") == [*CONFIG["studies"]["paper"]["pairs"], "gemma3_4b"]
