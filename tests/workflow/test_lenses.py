"""Lenses of a config: what each is trained on and how it reads, whose further lenses there are, and each mistake."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.iocontainers import Wildcards

from changed_configs import changed
from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config, study_settings
from crosspatch.workflow.inputs import Inputs
from crosspatch.workflow.lens_inputs import RECIPE, Lenses
from crosspatch.workflow.requests import Requests

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
LENSES = Lenses(CONFIG)
OURS, RELEASED = "miniature_gap", "convergence_gap"


def of(checkpoint, study="miniature_gap"):
    return SimpleNamespace(study=study, checkpoint=checkpoint)


def test_miniatures_read_the_documents_of_their_recipe_and_released_checkpoints_c4():
    assert LENSES.texts(of("miniature_olmo2_tuned")) == "results/miniature/world/miniature/documents.parquet"
    assert LENSES.texts(of("qwen3_4b_base", "convergence_gap")) == "results/convergence_gap/texts/c4/documents.parquet"
    assert "results/convergence_gap/texts/c4/documents.parquet" in Inputs(CONFIG).fetched("convergence_gap")
    assert study_settings(CONFIG, "convergence_gap")["texts"] == {"c4": CONFIG["texts"]["c4"]}
    assert "texts" not in study_settings(CONFIG, "miniature_gap")


@pytest.mark.parametrize(
    ("checkpoint", "mode"),
    [("miniature_llama_base", "raw"), ("miniature_llama_tuned", "chat"), ("miniature_llama_twin", "raw")],
)
def test_what_was_tuned_on_instructions_reads_in_its_template(checkpoint, mode):
    assert LENSES.mode(of(checkpoint)) == mode


def test_every_checkpoint_of_the_study_has_one_lens_and_its_family():
    described = LENSES.described(of(None))
    assert len(described) == 12
    base = described["miniature_llama_base"]
    assert (base["family"], base["side"]) == ("Llama (miniature)", "base")
    assert base["pairs"] == ["miniature_llama", "miniature_llama_twin", "miniature_llama_seeds"]
    twin = {"family": "Llama and its twin", "side": "tuned", "pairs": ["miniature_llama_twin"]}
    assert described["miniature_llama_twin"] == twin
    files = LENSES.of_checkpoints("quality.parquet")(of(None))
    assert files[0] == "results/miniature_gap/lenses/miniature_llama_base/quality.parquet"
    assert not [name for name in LENSES.described(of(None, "convergence_gap")) if "32b" in name]


def test_one_recipe_is_that_of_all_and_nothing_else_is_in_it():
    recipe = LENSES.recipe(of("miniature_llama_base"))
    assert recipe == LENSES.recipe(of("miniature_qwen2_tuned"))
    assert tuple(recipe) == RECIPE
    assert not {"texts", "pairs", "again"} & set(recipe)


def test_further_lenses_are_of_one_pair():
    assert LENSES.repeats(of(None)) == [
        f"results/miniature_gap/lenses/miniature_llama_{side}/repeats.parquet" for side in ("base", "tuned")
    ]
    assert LENSES.seeds(of("miniature_llama_base")) == [1, 2]


def test_a_study_without_lenses_trains_none():
    with pytest.raises(ConfigError, match=r"studies/look has no `lenses`, which says how they are trained; add it"):
        LENSES.recipe(of("miniature_llama_base", "look"))


def test_time_follows_size_tokens_and_number_of_lenses():
    requests = Requests(CONFIG)
    wildcards = Wildcards(fromdict={"study": "convergence_gap", "checkpoint": "llama31_8b_base"})
    alone = changed(CONFIG, "studies", "convergence_gap", "lenses", "again")
    hours = 2e9 * 12 * 8 * 250 * 32768 / 6e15
    assert Requests(alone).lens_minutes(wildcards, 1) == requests.minutes(wildcards, 1) + round(hours)
    assert requests.lens_minutes(wildcards, 2) == requests.minutes(wildcards, 2) + round(2 * 2 * hours)


@pytest.mark.parametrize(
    ("place", "to", "message"),
    [
        (
            ("convergence_gap", "texts"),
            "c5",
            r"studies/convergence_gap/lenses/texts names 'c5', which is not in texts; known are \['c4'\]",
        ),
        (
            (OURS, "pairs"),
            ["qwen3_4b"],
            r"lenses/pairs names 'qwen3_4b', which is not in the pairs of miniature_gap",
        ),
        (
            (OURS, "again", "pair"),
            "qwen3_4b",
            r"again/pair names 'qwen3_4b', which is not in the pairs that have",
        ),
        (
            (OURS, "again", "seeds"),
            [1, 0],
            r"lenses/again/seeds has 0, the seed of the lenses themselves; name",
        ),
        (
            (OURS, "rate"),
            0,
            r"0 is less than or equal to the minimum of 0 at studies/miniature_gap/lenses",
        ),
        (
            (OURS, "stesp"),
            3,
            r"unknown key 'stesp' at studies/miniature_gap/lenses; known",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(place, to, message):
    study, *keys = place
    with pytest.raises(ConfigError, match=message):
        check_config(changed(CONFIG, "studies", study, "lenses", *keys, to=to))


def test_released_checkpoints_need_texts_and_texts_a_full_commit():
    with pytest.raises(
        ConfigError, match=r"lenses names no texts, and 'llama31_8b_base' has no recipe whose documents"
    ):
        check_config(changed(CONFIG, "studies", "convergence_gap", "lenses", "texts"))
    with pytest.raises(ConfigError, match=r"'main' at texts/c4/revision is refused: A full commit of a hub repo"):
        check_config(changed(CONFIG, "texts", "c4", "revision", to="main"))
    with pytest.raises(ConfigError, match=r"texts/c4 lacks the key 'revision' \(A full commit of the data set"):
        check_config(changed(CONFIG, "texts", "c4", "revision"))
