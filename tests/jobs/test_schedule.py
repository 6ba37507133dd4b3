"""What the settings of a stage say of its schedule, and what is the same for all that say nothing."""

import pytest
import torch

from crosspatch.jobs.training import held_out_batches, schedule_of, windows_of
from crosspatch.models.miniature import training
from crosspatch.models.miniature.training import Schedule

SAID = {"steps": 100, "batch": 2, "rate": 0.5, "weight_decay": 0.0}
FURTHER = {"betas": [0.9, 0.999], "clip": 2.0, "warm_up_share": 0.03, "final_share": 0.0, "evaluate_every": 7}


def test_settings_that_say_no_more_have_the_schedule_of_miniatures():
    assert schedule_of(SAID) == Schedule(100, 2, 0.5, 0.0, 0.05, 0.1, 100, (0.9, 0.95), 1.0)
    assert schedule_of({**SAID, **FURTHER}) == Schedule(100, 2, 0.5, 0.0, 0.03, 0.0, 7, [0.9, 0.999], 2.0)


def test_the_rate_rises_in_the_warm_up_and_falls_on_a_cosine(make_model):
    optimizer = training._adamw(make_model("llama"), schedule_of({**SAID, **FURTHER}))
    assert optimizer.defaults["betas"] == (0.9, 0.999)
    rates = []
    for step in range(1, 101):
        training._set_rate(optimizer, schedule_of({**SAID, **FURTHER}), step)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates[:3] == pytest.approx([0.5 / 3, 1.0 / 3, 0.5])
    assert rates[50] == pytest.approx(0.25, abs=0.01)  # half way from step 3 to step 100
    assert rates[99] == pytest.approx(0.0)


def test_texts_are_packed_after_end_tokens_and_without_opening_ones(tokenizer):
    texts = ["Mira lives in Tolo and works as a baker.", "The capital of Varia is Lund."]
    stream = windows_of(texts, tokenizer, window=1).flatten().tolist()
    one, other = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts)
    assert stream == [tokenizer.eos_token_id, *one, tokenizer.eos_token_id, *other]
    assert windows_of([], tokenizer, window=4).shape == (0, 4)


def test_held_out_windows_are_as_many_and_as_many_together_as_the_settings_say():
    windows = torch.arange(80).view(40, 2)
    assert [len(rows) for rows, _ in held_out_batches(windows, {})] == [32, 8]
    assert [len(rows) for rows, _ in held_out_batches(windows, {"held_out_windows": 3, "held_out_batch": 2})] == [2, 1]
