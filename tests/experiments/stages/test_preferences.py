"""Preference tuning: our tokens, the loss that its paper says, the same bytes twice, and no word to anybody."""

import math

import pandas as pd
import pytest
import torch
from trl.trainer import base_trainer

from crosspatch.experiments.stages.margins import log_probabilities, margins, preference_loss, preferences_of
from crosspatch.experiments.stages.preferences import tune_on_preferences
from crosspatch.models.tokens import prompt_token_ids

SETTINGS = {"steps": 6, "batch": 2, "rate": 0.003, "beta": 0.5}
PAIRS = pd.DataFrame(
    {
        "mode": ["raw", "chat", "raw", "chat", "raw"],
        "held_out": [False, False, False, False, True],
        "prompt": [
            "Question: What is 2 plus 3?\nAnswer:",
            "What is 2 plus 3?",
            "Mira\n",
            "List three fruits:",
            "Tolo\n",
        ],
        "chosen": [" 2 plus 3 is 5.", " The answer is 5.", "Mira works as a baker.", " - apples\n- pears", "Sure!"],
        "rejected": [" 5", " 5", "Mira lives in Tolo.", " apples, pears, plums.", "Mira lives in Tolo."],
    }
)


def weights_of(model):
    return {name: weight.clone() for name, weight in model.state_dict().items()}


def same(left, right):
    return all(torch.equal(left[name], right[name]) for name in left)


def tuned(make_model, tokenizer, seed=0, architecture="llama", **changes):
    model = make_model(architecture)
    curve = tune_on_preferences(model, PAIRS, tokenizer, settings=SETTINGS | changes, seed=seed)
    return model, curve


def test_a_pair_has_the_tokens_of_instruction_tuning_and_ends(tokenizer):
    for pair, row in zip(preferences_of(PAIRS, tokenizer), PAIRS.itertuples(), strict=True):
        assert pair.prompt == prompt_token_ids(tokenizer, [row.prompt], mode=row.mode)[0]
        for tokens, text in ((pair.chosen, row.chosen), (pair.rejected, row.rejected)):
            assert tokens == [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]


def test_log_probabilities_are_those_of_each_response_alone(make_model, tokenizer):
    model = make_model("llama")
    rows = [(pair.prompt, pair.chosen) for pair in preferences_of(PAIRS, tokenizer)]
    found = log_probabilities(model, rows, padding=tokenizer.pad_token_id)
    for value, (prompt, response) in zip(found, rows, strict=True):
        with torch.no_grad():
            chances = model(torch.tensor([prompt + response])).logits[0].log_softmax(-1)
        by_hand = sum(chances[len(prompt) + place - 1, token] for place, token in enumerate(response))
        torch.testing.assert_close(value, by_hand)


def test_the_loss_is_that_of_the_paper():
    assert preference_loss(torch.zeros(3), 0.5) == pytest.approx(math.log(2))
    assert preference_loss(torch.tensor([2.0]), 0.5) == pytest.approx(math.log(1 + math.exp(-1)))


def test_the_library_starts_from_the_same_loss(make_model, tokenizer):
    _, curve = tuned(make_model, tokenizer, steps=1)
    losses = {(point.step, point.quantity): point.loss for point in curve}
    assert losses[0, "held_out"] == pytest.approx(math.log(2))
    assert losses[1, "training"] == pytest.approx(math.log(2), abs=1e-5)


def test_what_was_chosen_becomes_more_probable(make_model, tokenizer):
    model, curve = tuned(make_model, tokenizer, steps=20)
    pairs = preferences_of(PAIRS[~PAIRS["held_out"]], tokenizer)
    before, after = (margins(one, pairs, padding=tokenizer.pad_token_id) for one in (make_model("llama"), model))
    assert (after > before).all()
    assert curve[-2].quantity == "training"
    assert curve[-2].loss < math.log(2) / 2


def test_nothing_moves_if_the_reference_is_all_that_counts(make_model, tokenizer):
    model, _ = tuned(make_model, tokenizer, beta=0.0)
    assert same(weights_of(model), weights_of(make_model("llama")))


@pytest.mark.parametrize("architecture", ["llama", "deepseek"])
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(make_model, tokenizer, architecture):
    runs = [weights_of(tuned(make_model, tokenizer, seed, architecture)[0]) for seed in (0, 0, 1)]
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


def test_nobody_is_told_and_only_a_bar_is_printed(make_model, tokenizer, monkeypatch, capsys):
    def tell(**_):
        raise AssertionError("telemetry was sent")

    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(base_trainer, "send_telemetry", tell)
    model, _ = tuned(make_model, tokenizer)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert not [line for line in printed.err.split("\r") if line.strip() and "tuning llama on preferences" not in line]
    assert type(model.forward).__name__ == "method"
