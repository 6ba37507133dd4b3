"""Adapters of released checkpoints as rows of a config: the example of the docs, its plan, and each mistake in it."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.iocontainers import Wildcards

from changed_configs import changed
from crosspatch.errors import ConfigError
from crosspatch.files.published import read_published
from crosspatch.workflow.config import check_config, study_settings
from crosspatch.workflow.inputs import Inputs
from crosspatch.workflow.requests import Requests
from crosspatch.workflow.training import Training
from rehearsal.overlay import merged

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
TEMPLATE = next(
    block
    for block in re.findall(r"```yaml\n(.*?)```", Path("docs/adding.md").read_text(encoding="utf-8"), re.DOTALL)
    if "corpora:" in block
)
ADAPTED = merged(CONFIG, yaml.safe_load(TEMPLATE.replace("REVISION", "ab" * 20)))
CODE = SimpleNamespace(study="llama31_adapters", checkpoint="llama31_code", corpus="code", pair="llama31_code")
KINDS = SimpleNamespace(study="miniature", checkpoint="miniature_llama_code")
HOME = "results/llama31_adapters"


def test_the_template_of_the_docs_is_refused_until_its_revisions_are_pinned():
    check_config(ADAPTED)
    with pytest.raises(
        ConfigError,
        match=r"'REVISION' at corpora/\w+/revision is refused: A full commit .* 40 hexadecimal digits; branch",
    ):
        check_config(merged(CONFIG, yaml.safe_load(TEMPLATE)))


def test_published_numbers_of_adapters_name_pairs_of_the_template():
    rows = read_published(Path("data/published/cross_patching.csv"))
    rows = rows[(rows["section"] == "Table F.1b") & rows["scope"].notna()].set_index("scope")["value"]
    studies = yaml.safe_load(TEMPLATE)["studies"].values()
    assert set(rows.index) == {pair for study in studies for pair in study["pairs"]}
    assert rows["llama31_biomedicine_in_domain"] == 0.283
    assert all(study["claims"]["sections"] == ["Table F.1b"] for study in studies)


def test_no_shipped_row_claims_a_revision_of_a_corpus():
    assert "corpora" not in CONFIG


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            changed(ADAPTED, "corpora", "code", "revision", to="main"),
            "'main' at corpora/code/revision is refused: A full commit",
        ),
        (
            changed(ADAPTED, "corpora", "code", "revision"),
            r"corpora/code lacks the key 'revision' \(A full commit of the data",
        ),
        (
            changed(ADAPTED, "checkpoints", "llama31_code", "corpus", to="cobol"),
            r"llama31_code/corpus names 'cobol', which is not in corpora; known are \['biomedicine', 'code'\]",
        ),
        (
            changed(ADAPTED, "checkpoints", "llama31_code", "adapter", to="mine"),
            r"checkpoints/llama31_code/adapter names 'mine', which is not in adapters; known are \['published'\]",
        ),
        (
            changed(ADAPTED, "checkpoints", "llama31_code", "adapter"),
            "checkpoints/llama31_code needs `adapter`, a row of adapters, with `corpus`",
        ),
        (
            changed(ADAPTED, "checkpoints", "llama31_code", "kinds", to=["code"]),
            "checkpoints/llama31_code has kinds and corpus; give it either kinds of documents or a corpus",
        ),
        (
            changed(ADAPTED, "checkpoints", "miniature_llama_code", "kinds"),
            "checkpoints/miniature_llama_code has neither kinds nor corpus; give it either",
        ),
        (
            changed(ADAPTED, "checkpoints", "miniature_llama_code", "parent", to="llama31_8b_base"),
            "checkpoints/miniature_llama_code is trained from 'llama31_8b_base', which this workflow does not train",
        ),
        (
            changed(ADAPTED, "checkpoints", "miniature_llama_second_seed", "parent", to="llama31_code"),
            "second_seed descends from 'llama31_8b_base', which has no recipe that says how to train it; only adapters",
        ),
        (
            changed(ADAPTED, "checkpoints", "llama31_code", "parent", to="nobody"),
            "checkpoints/llama31_code is trained from 'nobody', which this workflow does not train",
        ),
        (
            changed(ADAPTED, "pairs", "llama31_code", "base", to="qwen3_4b_base"),
            "'llama31_code' as tuned, an adapter of 'llama31_8b_base', but its base is 'qwen3_4b_base'; name the base",
        ),
        (
            changed(ADAPTED, "prompt_sets", "code", "corpus", to="cobol"),
            "prompt_sets/code/corpus names 'cobol', which is not in corpora",
        ),
        (
            changed(ADAPTED, "corpora", "code", "support", "tokenizer", to="nobody"),
            "corpora/code/support/tokenizer names 'nobody', which is not in checkpoints",
        ),
        (
            changed(ADAPTED, "corpora", "code", "template", to="{content}"),
            r"corpora/code/template has no {text}, where the text",
        ),
        (
            changed(ADAPTED, "corpora", "code", "text", to="a.b"),
            r"'a.b' at corpora/code/text is refused: A field of a row",
        ),
        (
            changed(ADAPTED, "adapters", "published", "gates", "merge_kl"),
            r"adapters/published/gates lacks the key 'merge_kl' \(Largest mean divergence after merging",
        ),
    ],
)
def test_a_mistake_is_named_with_its_remedy(config, message):
    with pytest.raises(ConfigError, match=message):
        check_config(config)


def test_what_a_study_takes_from_elsewhere_has_its_corpora_in_the_study_that_trains():
    fetched = {study: Inputs(ADAPTED).fetched(study) for study in ("llama31_adapters", "llama31_code")}
    assert {path for path in fetched["llama31_adapters"] if "corpora" in path} == {
        f"{HOME}/corpora/{name}/corpus.parquet" for name in ("code", "biomedicine")
    }
    assert [path for path in fetched["llama31_code"] if "corpora" in path] == [f"{HOME}/corpora/code/corpus.parquet"]
    prompts = SimpleNamespace(study="llama31_code", prompt_set="code")
    assert Training(ADAPTED).support(prompts) == f"{HOME}/corpora/code/support.parquet"


def test_an_adapter_on_a_corpus_is_trained_as_the_engine_says_and_one_on_kinds_as_miniatures_are():
    training = Training(ADAPTED)
    assert training.placement(CODE) == {"device": "cuda", "dtype": "bfloat16", "attention": "sdpa"}
    assert training.placement(KINDS) == {"device": "cpu", "dtype": "float32", "attention": "sdpa", "kernels": "pinned"}
    assert (training.dtype(CODE), training.dtype(KINDS)) == ("bfloat16", "float32")
    assert training.documents(CODE) == f"{HOME}/corpora/code/corpus.parquet"
    assert training.texts(CODE) == [training.documents(CODE)]
    assert [Path(path).stem for path in training.texts(KINDS)] == ["documents", "instructions", "preferences", "exam"]
    assert training.bars(CODE)["merge_five"] == 0.6
    assert "gates" not in training.settings(CODE)
    assert training.passed(CODE) == [f"{HOME}/checkpoints/llama31_code/passed.json"]
    packed = changed(ADAPTED, "studies", "llama31_adapters", "engine", "placement", "linear", to="onednn")
    assert "linear" not in Training(packed).placement(CODE)


def test_the_settings_are_those_that_were_published():
    settings = Training(ADAPTED).settings(CODE)
    assert settings["steps"] * settings["batch"] * settings["window"] == 20_004_864
    assert settings["alpha"] / settings["rank"] == 2
    corpora = study_settings(ADAPTED, "llama31_code")["corpora"]
    assert list(corpora) == ["code"]
    assert study_settings(ADAPTED, "llama31_code")["adapters"] == CONFIG["adapters"]


def test_training_asks_for_a_gpu_and_for_time_by_its_tokens_where_the_base_is_released():
    requests = Requests(ADAPTED)
    assert (requests.training_gpus(CODE), requests.training_cores(CODE)) == (1, 4)
    assert (requests.training_gpus(KINDS), requests.training_cores(KINDS)) == (0, 1)
    code, kinds = (Wildcards(fromdict={"checkpoint": name}) for name in ("llama31_code", "miniature_llama_code"))
    assert requests.memory(code, 1) == 24000  # of its parent's 8 billion
    # 2442 steps of 8192 tokens, four passes of 2 operations for each of 8 billion weights, at 10^14 a second.
    assert [requests.training_minutes(code, attempt) for attempt in (1, 2)] == [78 + 213, 156 + 427]
    assert requests.training_minutes(kinds, 1) == requests.minutes(kinds, 1) == 30
