"""What a rule waits for, by hand."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from crosspatch.workflow.answer_inputs import Answers
from crosspatch.workflow.inputs import Inputs


@pytest.fixture(scope="module")
def inputs():
    return Inputs(yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("study", "checkpoint", "pair"),
    [
        ("paper", "qwen25_32b_base", "qwen25_32b"),
        ("paper", "qwen25_32b_instruct", "qwen25_32b"),
        ("paper", "gemma3_4b_instruct", "gemma3_4b"),  # of an extra pair
        ("paper", "llama31_8b_base", "llama31_8b"),  # shared in another study
        ("llama31_descendants", "llama31_tulu3_sft", "llama31_tulu3_sft"),
        ("llama31_descendants", "llama31_8b_base", None),  # shared by six pairs
        ("llama31_descendants", "qwen25_32b_base", None),  # of no pair of the study
        ("miniature", "miniature_llama_base", "miniature_llama"),  # of two null pairs as well
        ("miniature", "miniature_llama_twin", "miniature_llama_twin"),  # of a null pair only
    ],
)
def test_a_checkpoint_is_rolled_out_after_the_check_of_the_one_pair_that_has_it(inputs, study, checkpoint, pair):
    waited_for = inputs.check(SimpleNamespace(study=study, checkpoint=checkpoint))
    assert waited_for == ([] if pair is None else [f"results/{study}/pairs/{pair}/checked.json"])


def test_what_is_expected_of_answers_is_fetched_for_the_study_that_grades_them(inputs):
    fetched = {study: inputs.fetched(study) for study in ("llama31_closure", "llama31_consequences", "paper")}
    expected = {study: [path for path in paths if "/expectations/" in path] for study, paths in fetched.items()}
    assert expected == {
        "llama31_closure": ["results/llama31_closure/expectations/full.parquet"],
        "llama31_consequences": ["results/llama31_consequences/expectations/full.parquet"],
        "paper": [],
    }
    answers = Answers(inputs.config)
    assert (
        answers.expectations(SimpleNamespace(study="miniature")) == "results/miniature/expectations/miniature.parquet"
    )
    dealt = answers.world_of_prompts(SimpleNamespace(study="miniature", prompt_set="miniature"))
    assert {"seed", "largest_operand"} <= dealt.keys()
    (llama, *others) = answers.grades_of("tuned")(SimpleNamespace(study="miniature_consequences"))
    assert llama == "results/miniature_consequences/grades/miniature_llama_tuned/raw/miniature.parquet"
    assert len(others) == 4


def test_a_control_that_cuts_rollouts_says_where(inputs):
    cut = {
        name: inputs.limits_of_control(SimpleNamespace(study="paper", control=name)) for name in ("selection", "scale")
    }
    assert cut == {"selection": {"rollout_tokens": 64}, "scale": {}}


def test_a_study_is_compared_with_the_numbers_of_the_paper_that_it_names(inputs):
    read = {study: inputs.published(SimpleNamespace(study=study)) for study in ("paper", "convergence_gap")}
    assert read == {
        "paper": "data/published/cross_patching.csv",
        "convergence_gap": "data/published/convergence_gap.csv",
    }


def test_the_published_records_are_read_with_the_boundary_of_their_pair(inputs):
    assert inputs.published_boundary(SimpleNamespace(study="miniature")) == 38


@pytest.mark.parametrize(
    ("study", "pair", "chats"),
    [
        ("paper", "llama31_8b", False),
        ("convergence_gap", "llama31_8b", True),
        ("miniature_grafts", "miniature_qwen3", True),
        ("miniature_gap", "miniature_llama_seeds", False),
    ],
)
def test_pairs_that_are_read_in_a_chat_template_are_checked_for_one(inputs, study, pair, chats):
    assert inputs.chats(SimpleNamespace(study=study, pair=pair)) is chats
