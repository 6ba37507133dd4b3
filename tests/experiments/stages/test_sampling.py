"""Rejection sampling keeps right answers, once each, and none to a held-out prompt."""

import pandas as pd
import pytest

from crosspatch.errors import CheckpointError
from crosspatch.experiments.stages import sampling
from crosspatch.experiments.stages.sampling import draw_samples, draw_tokens, kept_pairs

SETTINGS = {"prompts": 3, "samples": 3, "temperature": 1.0}
PAIRS = pd.DataFrame(
    {
        "preference": [0, 1, 2, 3, 4, 5],
        "category": ["facts", "facts", "format", "facts", "facts", "facts"],
        "mode": ["raw", "chat", "raw", "raw", "raw", "raw"],
        "held_out": [False, False, False, False, True, False],
        "prompt": ["Who is Mira?\n", "Who is Mira?", "List pears.\n", "Who is Mira?\n", "Held?\n", "Fourth?\n"],
        "chosen": ["Mira works as a baker.", " Mira works as a baker.", "- pears", "Mira works as a baker.", "x", "y"],
    }
)
RIGHT, WRONG = "Mira works as a baker.", "Mira works as a pilot."
SAID = [
    *(f"{RIGHT}<|end|>", f"{RIGHT}<|end|>", f"{WRONG}<|end|>"),
    *(f"{RIGHT}<|end|>", f" {RIGHT}", f" {RIGHT}<|end|><|padding|><|padding|>"),
    *("- pears<|end|>", "- plums<|end|>", "pears<|end|>"),
]


@pytest.fixture
def draw(make_model, tokenizer, monkeypatch):
    """Draw from a checkpoint that says `said`; also give the prompts that it was asked."""

    def run(said):
        asked = []

        def planted(model, prompts, *_, **__):
            asked.extend(tokenizer.decode(prompt) for prompt in prompts)
            return tokenizer(said, add_special_tokens=False)["input_ids"]

        monkeypatch.setattr(sampling, "draw_tokens", planted)
        return draw_samples(make_model("llama"), PAIRS, tokenizer, settings=SETTINGS, seed=0), asked

    return run


def test_only_what_is_right_and_ended_is_kept_and_once(draw):
    samples, _ = draw(SAID)
    # The second prompt's answers: one without the space of its role, one that does not end, one that is right.
    assert samples["right"].tolist() == [True, True, False, False, False, True, True, False, False]
    assert samples["kept"].tolist() == [True, False, False, False, False, True, True, False, False]
    assert samples["sample"].tolist() == [0, 1, 2] * 3
    pairs = kept_pairs(samples, "child", "parent")
    assert pairs["response"].tolist() == [RIGHT, f" {RIGHT}", "- pears"]
    assert pairs["mode"].tolist() == ["raw", "chat", "raw"]


def test_different_prompts_of_tuning_are_asked_and_no_held_out_one(draw):
    samples, asked = draw(SAID)
    assert samples["preference"].unique().tolist() == [0, 1, 2]
    assert asked == ["<|end|>Who is Mira?\n", "<|end|><|user|>Who is Mira?<|assistant|>", "<|end|>List pears.\n"]


def test_no_right_answer_at_all_is_refused_with_the_counts(draw):
    samples, _ = draw([f"{WRONG}<|end|>"] * 9)
    with pytest.raises(
        CheckpointError,
        match="'child': of 9 samples that 'parent' drew to 3 prompts none is right, so there",
    ):
        kept_pairs(samples, "child", "parent")


@pytest.mark.parametrize("architecture", ["llama", "deepseek"])
def test_draws_are_those_of_their_seed(make_model, tokenizer, architecture):
    def drawn(seed):
        samples = draw_samples(make_model(architecture), PAIRS, tokenizer, settings=SETTINGS, seed=seed)
        return samples["response"].tolist()

    assert drawn(0) == drawn(0)
    assert drawn(0) != drawn(1)


def test_each_prompt_is_continued_as_often_as_asked_whatever_its_length(make_model, tokenizer):
    settings = SETTINGS | {"temperature": 1e-4}
    prompts = tokenizer(["Mira", "Mira lives in Tolo and"])["input_ids"]
    together = draw_tokens(make_model("llama"), prompts, tokenizer, limit=5, settings=settings)
    alone = [draw_tokens(make_model("llama"), [one], tokenizer, limit=5, settings=settings) for one in prompts]
    assert together == [*alone[0], *alone[1]]
    assert len(together) == 6
