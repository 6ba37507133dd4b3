"""Mistakes in the rows of descendants, each named before anything is trained."""

from pathlib import Path

import pytest
import yaml

from changed_configs import LEFT_OUT, changed
from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config
from crosspatch.workflow.descent import MERGED, REFINING

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
CHECKPOINTS, RECIPE = ("checkpoints",), ("recipes", "miniature")
ONE_OF = (
    r"the source of its parent must be one of "
    r"\['adapter_tuning', 'instruction_tuning', 'preference_tuning', 'rejection_sampling'\]"
)


@pytest.mark.parametrize(
    ("path", "to", "message"),
    [
        (
            (*CHECKPOINTS, "miniature_llama_preferring", "parent"),
            "miniature_llama_base",
            rf"preferring \(source preference_tuning\) .* follows no instructions \(source pretraining\); {ONE_OF}",
        ),
        (
            (*CHECKPOINTS, "miniature_llama_sampled", "parent"),
            "miniature_llama_code",
            rf"'miniature_llama_code', which follows no instructions \(source adapter_pretraining\); {ONE_OF}",
        ),
        (
            (*CHECKPOINTS, "miniature_llama_code", "kinds"),
            ["poems"],
            r"'poems' is not one of \['article', .*\] at checkpoints/miniature_llama_code/kinds/0 \(A kind of web",
        ),
        (
            (*CHECKPOINTS, "miniature_llama_arithmetic", "categories"),
            ["sums"],
            r"'sums' is not one of \['facts', .*\] at checkpoints/miniature_llama_arithmetic/categories/0 \(A category",
        ),
        (
            (*RECIPE, "adapter"),
            LEFT_OUT,
            "recipes/miniature has no 'adapter', by which checkpoints/miniature_llama_code is trained; add it",
        ),
        (
            (*RECIPE, "gates"),
            LEFT_OUT,
            "recipes/miniature has no 'gates', which checkpoints/miniature_llama_preferring must pass; add their bars",
        ),
        (
            (*RECIPE, "gates", "merge_kl"),
            LEFT_OUT,
            r"recipes/miniature/gates lacks the key 'merge_kl' \(Largest mean divergence after merging, in nats",
        ),
    ],
    ids=["preferring a base", "sampling from no follower", "kind", "category", "stage", "gates", "gate"],
)
def test_a_mistake_in_a_descendant_is_named_with_its_remedy(path, to, message):
    with pytest.raises(ConfigError, match=message):
        check_config(changed(CONFIG, *path, to=to))


def test_a_recipe_without_descendants_needs_no_gates():
    config = changed(CONFIG, *RECIPE, "gates")
    for name, row in list(config["checkpoints"].items()):
        if "categories" in row or row["source"] in (*REFINING, *MERGED):
            del config["checkpoints"][name]
    config["pairs"] = {name: pair for name, pair in config["pairs"].items() if pair["tuned"] in config["checkpoints"]}
    for study in ("miniature_descendants", "miniature_training"):
        del config["studies"][study]
    del config["lineages"]["miniature_llama"]
    check_config(config)
