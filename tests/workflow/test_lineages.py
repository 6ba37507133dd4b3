"""Lineages of the config: each mistake is one clear error before anything runs, and jobs read what they should."""

import copy
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config, study_settings
from crosspatch.workflow.inputs import Inputs
from crosspatch.workflow.lineage_inputs import Lineages

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
SMOKE = yaml.safe_load(Path("tests/smoke.yaml").read_text(encoding="utf-8"))
TULU = "llama31_tulu3"
WHERE = SimpleNamespace(study="llama31_descendants", lineage=TULU, pair="llama31_tulu3_sft")


def with_row(**changes):
    """The shipped config with another row of the lineage of Tulu 3."""
    config = copy.deepcopy(CONFIG)
    config["lineages"][TULU] |= changes
    return config


def trained(**changes):
    """The smoke study with another row of its lineage."""
    config = copy.deepcopy(CONFIG)
    for key, value in SMOKE.items():
        config[key] = {**config.get(key, {}), **copy.deepcopy(value)} if isinstance(value, dict) else value
    config["lineages"]["smoke_line"] |= changes
    return config


def with_study(**changes):
    config = copy.deepcopy(CONFIG)
    config["studies"]["llama31_descendants"] |= changes
    return config


def another_boundary():
    config = copy.deepcopy(CONFIG)
    config["pairs"]["llama31_tulu3_sft"]["boundary"] = 20
    return config


STAGES = CONFIG["lineages"][TULU]["stages"]
SEEDS = {"stages": ["smoke_llama_base", "smoke_other", "smoke_llama_tuned_again"]}


def with_stranger():
    config = trained(**SEEDS)
    config["checkpoints"]["smoke_other"] = config["checkpoints"]["smoke_llama_base"] | {"seed": 9}
    return config


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            with_row(stages=STAGES[:1], labels=["Base"]),
            r"/llama31_tulu3 has fewer than two stages \(\['llama31_8b_base'\]\)",
        ),
        (with_row(stages=[*STAGES[:3], STAGES[1]]), r"/stages lists 'llama31_tulu3_sft' twice; keep one"),
        (with_row(labels=["Base", "SFT", "SFT", "Final"]), r"/labels lists 'SFT' twice; keep one"),
        (with_row(labels=["Base", "SFT"]), r"llama31_tulu3 has 4 stages and 2 labels; give each stage one"),
        (
            with_row(stages=[*STAGES[:3], "tulu4"]),
            r"/stages names 'tulu4', which is not in checkpoints; known are \['g",
        ),
        (with_row(supports=["tulu4"]), r"/supports names 'tulu4', which is not in pairs; known are \['gemma3_4b'"),
        (with_row(supports=["llama31_tulu3_final"] * 2), r"/supports lists 'llama31_tulu3_final' twice; keep one"),
        (
            with_row(supports=["llama31_tulu3_final", "llama31_8b"]),
            r"/supports has 'llama31_8b', whose tuned 'llama31_8b_instruct' is none of its stages \['llama31_8b",
        ),
        (
            with_row(stages=[STAGES[1], STAGES[0], *STAGES[2:]]),
            r"/supports has 'llama31_tulu3_final', whose base 'llama31_8b_base' is not the first stage 'llama",
        ),
        (
            with_row(supports=["llama31_tulu3_sft", "llama31_tulu3_final"]),
            r"/supports begins with 'llama31_tulu3_sft', whose tuned side 'llama31_tulu3_sft' is not the last st",
        ),
        (
            another_boundary(),
            r"have different boundaries \{'llama31_tulu3_final': 19, 'llama31_tulu3_sft': 20, .*give them",
        ),
        (
            with_row(prompt_set="headlines"),
            r"lineages/llama31_tulu3 names 'headlines', which is not in prompt_sets; known",
        ),
        (
            with_stranger(),
            r"/stages has 'smoke_other', which this workflow does not train from the first .* from nothing\); take",
        ),
        (
            trained(stages=["smoke_llama_base", "smoke_llama_tuned_again", "smoke_llama_tuned"]),
            r"/stages has 'smoke_llama_tuned_again' before 'smoke_llama_tuned', which it is trained from; exch",
        ),
        (
            with_study(lineages=["tulu"]),
            r"studies/llama31_descendants/lineages names 'tulu', which is not in lineages; kn",
        ),
        (
            with_study(pairs=["llama31_8b", "llama31_tulu3_sft", "llama31_tulu3_dpo"]),
            r"has 'llama31_tulu3', whose support 'llama31_tulu3_final' the study does not measure; add it to its pairs",
        ),
        (with_study(lineages=[TULU, TULU]), r"has non-unique elements at studies/llama31_descendants/lineages"),
        (
            with_row(labels=["Base", "SFT, again", "DPO", "Final"]),
            r"'SFT, again' at lineages/llama31_tulu3/labels/1 is ref",
        ),
    ],
)
def test_each_mistake_is_one_clear_error(config, message):
    with pytest.raises(ConfigError, match=message):
        check_config(config)


def test_a_stage_whose_halves_nothing_verifies_is_refused():
    config = with_row(supports=["llama31_tulu3_final"])
    config["studies"]["llama31_descendants"]["pairs"].remove("llama31_tulu3_dpo")
    said = (
        "config: studies/llama31_descendants/lineages has 'llama31_tulu3', but no pair of the study has base "
        "'llama31_8b_base', tuned 'llama31_tulu3_dpo' and the boundary of the supports"
    )
    with pytest.raises(ConfigError, match=re.escape(said)):
        check_config(config)


def test_null_pairs_and_extra_pairs_verify_and_support_as_well():
    config = copy.deepcopy(CONFIG)
    study = config["studies"]["llama31_descendants"]
    study["pairs"].remove("llama31_tulu3_dpo")
    study["extra_pairs"].append("llama31_tulu3_dpo")
    check_config(config)


def test_a_line_of_checkpoints_that_the_workflow_trains_is_accepted():
    check_config(trained())


def test_jobs_read_every_stage_in_order():
    lineages = Lineages(CONFIG)
    found = lineages.of_stages("results/{study}/lineages/{lineage}/{pair}/late_{checkpoint}.parquet")(WHERE)
    folder = "results/llama31_descendants/lineages/llama31_tulu3/llama31_tulu3_sft"
    assert found == [f"{folder}/late_{stage}.parquet" for stage in STAGES]
    assert lineages.sides(WHERE) == {"base": "llama31_8b_base", "tuned": "llama31_tulu3_sft"}
    assert lineages.own_prompts(WHERE) == ["results/llama31_descendants/prompts/headline.parquet"]
    assert Lineages(trained()).own_prompts(SimpleNamespace(study="smoke_lineages", lineage="smoke_line")) == []


def test_every_later_stage_is_verified_whatever_the_support():
    pairs = ["llama31_tulu3_sft", "llama31_tulu3_dpo", "llama31_tulu3_final"]
    verified = [f"results/llama31_descendants/pairs/{pair}/verified.json" for pair in pairs]
    assert Lineages(CONFIG).verified(WHERE) == verified


def test_all_supports_of_all_lineages_are_collected():
    found = Lineages(CONFIG).estimates(WHERE)
    supports = [re.search(r"llama31_tulu3/(\w+)/estimates.parquet$", path)[1] for path in found]
    assert supports == CONFIG["lineages"][TULU]["supports"]
    assert Lineages(CONFIG).estimates(SimpleNamespace(study="paper")) == []
    assert Lineages(CONFIG).labels(WHERE)["llama31_tulu3_dpo"] == "Tulu 3 DPO"


def test_a_config_without_lineages_matches_no_wildcard():
    assert re.fullmatch(Lineages({}).names(), "anything") is None
    assert Lineages(CONFIG).names() == "miniature_llama|llama31_tulu3|olmo2"


def test_settings_of_a_study_hold_its_lineages_and_no_others():
    assert list(study_settings(CONFIG, "olmo2_descendants")["lineages"]) == ["olmo2"]
    assert "lineages" not in study_settings(CONFIG, "paper")


def test_fetch_brings_the_prompts_that_lineages_name():
    fetched = Inputs(CONFIG).fetched("olmo2_descendants")
    prompts = [path for path in fetched if "/prompts/" in path]
    assert prompts == [f"results/olmo2_descendants/prompts/{name}.parquet" for name in ("full", "headline")]
