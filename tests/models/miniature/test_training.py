"""Training is deterministic, learns only from what has labels, and follows its schedule."""

import itertools
import math

import pytest
import torch
from transformers import AutoModelForCausalLM

from crosspatch.models.miniature.shapes import ARCHITECTURES, Shape, miniature_config
from crosspatch.models.miniature.tokenizer import train_tokenizer
from crosspatch.models.miniature.training import (
    IGNORED,
    Schedule,
    _set_rate,
    cast_weights,
    held_out_loss,
    next_token_loss,
    packed_windows,
    padded_batch,
    response_batches,
    train,
    window_batches,
)

SHAPE = Shape(width=16, blocks=2, heads=2, key_value_heads=1, mlp_width=16, context=64, vocabulary=40)


def tiny(architecture="llama", seed=0):
    torch.manual_seed(seed)
    return AutoModelForCausalLM.from_config(miniature_config(architecture, SHAPE, initializer_range=0.08))


def test_documents_are_packed_with_the_end_token_before_each():
    windows = packed_windows([[5, 6], [7, 8, 9]], window=3, end=0)
    assert windows.tolist() == [[0, 5, 6], [0, 7, 8]]  # the rest does not fill a window


def test_only_responses_have_labels():
    tokens, labels = padded_batch([([5, 6], [7]), ([5], [8, 9, 0])], padding=1)
    assert tokens.tolist() == [[5, 6, 7, 1], [5, 8, 9, 0]]
    assert labels.tolist() == [[IGNORED, IGNORED, 7, IGNORED], [IGNORED, 8, 9, 0]]


def test_batches_of_one_epoch_hold_every_row_once():
    windows = torch.arange(12).view(6, 2)
    batches = window_batches(windows, batch=2, seed=0)
    seen = torch.cat([next(batches)[0] for _ in range(3)])
    assert sorted(seen[:, 0].tolist()) == windows[:, 0].tolist()
    pairs = [([index], [index + 10]) for index in range(4)]
    drawn = response_batches(pairs, batch=2, padding=0, seed=0)
    assert sorted(row for _ in range(2) for row in next(drawn)[0][:, 0].tolist()) == [0, 1, 2, 3]


def test_pairs_of_similar_length_share_a_batch_and_batches_come_in_any_order():
    pairs = [([5] * (1 + index % 7), [index]) for index in range(70)]
    drawn = response_batches(pairs, batch=10, padding=0, seed=0)
    batches = [next(drawn)[0] for _ in range(7)]
    assert sorted(row.max().item() for batch in batches for row in batch) == sorted(max(5, i) for i in range(70))
    widths = [batch.shape[1] for batch in batches]
    assert sorted(widths) == [2, 3, 4, 5, 6, 7, 8]  # one length each: no row is padded
    assert widths != sorted(widths)
    assert [batch.tolist() for batch in batches] != [next(drawn)[0].tolist() for _ in range(7)]


def test_loss_is_the_mean_negative_log_probability_of_labelled_tokens():
    model = tiny().eval()
    tokens, labels = padded_batch([([5, 6], [7, 8])], padding=1)
    log_probabilities = model(input_ids=tokens).logits[0].double().log_softmax(-1)
    by_hand = -(log_probabilities[1, 7] + log_probabilities[2, 8]) / 2
    assert next_token_loss(model, (tokens, labels)).item() == pytest.approx(by_hand.item(), abs=1e-6)


@pytest.mark.parametrize(("step", "share"), [(1, 0.2), (5, 1.0), (100, 0.1)])
def test_the_rate_warms_up_and_decays_to_a_tenth(step, share):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    _set_rate(optimizer, Schedule(steps=100, batch=1, rate=0.5, weight_decay=0.0), step)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * share)


def test_the_cosine_is_half_way_in_the_middle():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    _set_rate(optimizer, Schedule(steps=105, batch=1, rate=1.0, weight_decay=0.0), 55)
    expected = 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * 0.5))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(expected)


def test_the_same_seed_trains_the_same_weights_and_another_seed_others():
    windows = torch.randint(2, 40, (16, 8), generator=torch.Generator().manual_seed(0))
    schedule = Schedule(steps=6, batch=4, rate=0.01, weight_decay=0.1, evaluate_every=3)

    def trained(seed):
        model = tiny(seed=seed)
        curve = train(model, window_batches(windows, batch=4, seed=seed), [(windows, windows)], schedule, title="t")
        return torch.cat([parameter.flatten() for parameter in model.parameters()]), curve

    first, curve = trained(0)
    assert torch.equal(first, trained(0)[0])
    assert not torch.equal(first, trained(1)[0])
    assert [(point.step, point.quantity) for point in curve] == [
        (0, "held_out"), (3, "training"), (3, "held_out"), (6, "training"), (6, "held_out"),
    ]  # fmt: skip
    assert curve[-1].loss < curve[0].loss


def test_held_out_loss_of_uniform_logits_is_the_log_of_the_vocabulary():
    model = tiny()
    torch.nn.init.zeros_(model.lm_head.weight)
    rows = torch.randint(2, 40, (4, 6))
    assert held_out_loss(model, [(rows, rows)]) == pytest.approx(math.log(40))


def test_every_architecture_is_another_function():
    """Llama and Mistral differ by their window only; two rows of one function would be one family counted twice."""
    tokens = torch.randint(2, 40, (1, 60), generator=torch.Generator().manual_seed(0))
    outputs = {}
    with torch.inference_mode():
        for name in ARCHITECTURES:
            logits = tiny(name).eval()(input_ids=tokens).logits
            outputs[name] = tuple(logits[0, -1, :5].tolist())
    assert len(set(outputs.values())) == len(ARCHITECTURES)


def test_the_tokenizer_writes_what_it_read_and_opens_with_its_end_token():
    texts = ["The capital of Arvond is Tavo.\n1. bear\n2. wolf", "3 + 4 = 7"]
    tokenizer = train_tokenizer(texts, vocabulary=150)
    ids = tokenizer(texts[0])["input_ids"]
    assert ids[0] == tokenizer.eos_token_id == 0
    assert tokenizer.decode(ids, skip_special_tokens=True) == texts[0]
    assert tokenizer.tokenize("12") == ["1", "2"]


def test_weights_are_cast_to_the_dtype_they_are_stored_in_and_buffers_are_not():
    model = tiny()
    before = {name: buffer.dtype for name, buffer in model.named_buffers()}
    weights = [parameter.clone() for parameter in model.parameters()]
    assert cast_weights(model, "float32") is model
    assert all(torch.equal(*both) for both in zip(model.parameters(), weights, strict=True))
    cast_weights(model, "bfloat16")
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    assert before
    assert {name: buffer.dtype for name, buffer in model.named_buffers()} == before


def test_a_checkpoint_on_the_way_is_the_whole_training_cut_short():
    rows = torch.randint(0, SHAPE.vocabulary, (8, 6), generator=torch.Generator().manual_seed(3))
    held_out = [(rows[:2], rows[:2])]

    def batches(number):
        return itertools.islice(window_batches(rows, batch=2, seed=5), number)

    whole, stopped = tiny(), tiny()
    with pytest.raises(StopIteration):  # no fifth batch, so four steps of ten are taken
        train(whole, batches(4), held_out, Schedule(10, 2, 0.01, 0.0), title="whole")
    curve = train(stopped, batches(4), held_out, Schedule(10, 2, 0.01, 0.0, stop=4), title="stopped")
    assert all(torch.equal(one, other) for one, other in zip(whole.parameters(), stopped.parameters(), strict=True))
    assert [point.step for point in curve] == [0, 4, 4]
