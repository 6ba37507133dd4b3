"""Training of lenses: a planted map is found, the best step is kept, gradients are those of the KL."""

import itertools

import numpy as np
import pytest
import torch
from scipy.stats import entropy

from crosspatch.errors import MeasurementError
from crosspatch.experiments.lenses.passes import final_log_probabilities, states_of_blocks
from crosspatch.experiments.lenses.quality import held_out_losses
from crosspatch.experiments.lenses.texts import in_batches, training_steps
from crosspatch.experiments.lenses.training import CLIP, Schedule, add_gradients, clip, train_lens
from crosspatch.models.lens import Lens, moved, raw_lens

FAMILIES = [("llama", "float32", None), ("olmo2", "bfloat16", None), ("gemma3", "float32", 200)]


class Jumping(Schedule):
    """A schedule whose later steps throw every map far away."""

    def rate_at(self, step: int) -> float:
        return self.rate if step < 5 else 500.0


def steps_of(rows, tokens=64, seed=0):
    order = torch.Generator().manual_seed(seed)
    drawn = (rows[place] for _ in itertools.repeat(None) for place in torch.randperm(len(rows), generator=order))
    return training_steps(drawn, tokens=tokens, together=64)


def least(curve, block):
    return min(point.losses[block].item() for point in curve if point.quantity == "held_out" and point.step > 0)


def test_the_maps_of_the_later_blocks_are_found(toy, make_rows):
    rows = make_rows(200, 24)
    held_out = in_batches(make_rows(40, 24, seed=1), 64)
    found, _ = train_lens(toy.checkpoint, steps_of(rows), held_out, Schedule(600, 0.2, 100))
    raw = held_out_losses(toy.checkpoint, raw_lens(3, 6), held_out)
    assert (raw[:2] > 0.3).all()
    assert held_out_losses(toy.checkpoint, toy.lens, held_out).max() < 1e-5
    assert held_out_losses(toy.checkpoint, found, held_out).max() < 0.002
    states = states_of_blocks(toy.checkpoint, held_out[0])
    for block, state in enumerate(states):
        torch.testing.assert_close(found.translated(state, block), states[-1], atol=0.35, rtol=0.05)


@pytest.mark.parametrize(("architecture", "dtype", "vocabulary"), FAMILIES)
def test_training_lowers_the_held_out_loss_of_every_block_but_the_last(
    freeze, make_rows, architecture, dtype, vocabulary
):
    checkpoint = freeze(architecture, dtype=dtype, vocabulary=vocabulary)
    held_out = in_batches(make_rows(20, 140, seed=1), 64)
    lens, curve = train_lens(checkpoint, steps_of(make_rows(60, 140)), held_out, Schedule(20, 0.1, 10))
    before, after = curve[0].losses, held_out_losses(checkpoint, lens, held_out)
    assert (after[:-1] < 0.95 * before[:-1]).all()
    assert before[-1] == 0
    assert lens.weight.dtype == lens.bias.dtype == torch.float32
    assert not any(weight.requires_grad for weight in checkpoint.stack.parameters())


def test_of_every_block_the_best_step_is_kept(freeze, make_rows):
    checkpoint = freeze()
    held_out = in_batches(make_rows(20, 140, seed=1), 64)
    lens, curve = train_lens(checkpoint, steps_of(make_rows(60, 140)), held_out, Jumping(8, 0.05, 1))
    kept = held_out_losses(checkpoint, lens, held_out)
    for block in range(5):
        assert kept[block].item() == pytest.approx(least(curve, block), rel=1e-6)
    assert (curve[-1].losses[:-1] > 1.5 * kept[:-1]).all()


def test_no_step_at_all_is_no_candidate(freeze, make_rows):
    held_out = in_batches(make_rows(20, 140, seed=1), 64)
    lens, curve = train_lens(freeze(), steps_of(make_rows(60, 140)), held_out, Schedule(1, 500.0, 1))
    assert (curve[-1].losses > curve[0].losses).any()
    assert lens.weight.abs().max() > 0


def test_the_same_seed_gives_the_same_bytes_and_another_order_another_lens(freeze, make_rows):
    rows, held_out = make_rows(60, 140), in_batches(make_rows(10, 140, seed=1), 64)

    def trained(seed):
        lens, _ = train_lens(freeze("olmo2"), steps_of(rows, seed=seed), held_out, Schedule(5, 0.1, 2))
        return lens.weight.numpy().tobytes() + lens.bias.numpy().tobytes()

    assert trained(3) == trained(3)
    assert trained(3) != trained(4)


def test_gradients_and_losses_are_those_of_the_kl(freeze, make_rows):
    checkpoint = freeze("gemma3", vocabulary=200)
    step = in_batches(make_rows(6, 140), 32)
    generator = torch.Generator().manual_seed(5)
    maps = [0.05 * torch.randn(*shape, generator=generator) for shape in ((5, 32, 32), (5, 32))]
    lens, other = (Lens(*(one.clone().requires_grad_() for one in maps)) for _ in range(2))
    losses = add_gradients(checkpoint, lens, step)
    by_hand = torch.zeros(5)
    for batch in step:
        states = states_of_blocks(checkpoint, batch)
        real = checkpoint.readout.real
        final = torch.log_softmax(checkpoint.readout.traced_logits(states[-1])[:, real], -1)
        for block, state in enumerate(states):
            logits = checkpoint.readout.traced_logits(moved(state, other.weight[block], other.bias[block]))
            own = torch.log_softmax(logits[:, real], -1)
            one = torch.nn.functional.kl_div(own, final, log_target=True, reduction="sum")
            by_hand[block] += one.detach()
            (one / sum(row.read for part in step for row in part)).backward()
    torch.testing.assert_close(losses, by_hand / sum(row.read for part in step for row in part), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(lens.weight.grad, other.weight.grad, atol=1e-6, rtol=1e-3)
    torch.testing.assert_close(lens.bias.grad, other.bias.grad, atol=1e-6, rtol=1e-3)


def test_losses_are_the_kl_of_scipy(freeze, make_rows):
    checkpoint = freeze(vocabulary=200)
    batch = make_rows(4, 140)
    states = states_of_blocks(checkpoint, batch)
    final = final_log_probabilities(checkpoint, states).double().exp().numpy()
    lens = raw_lens(5, 32)
    lens.bias[1] += 0.3
    expected = []
    for block, state in enumerate(states):
        logits = checkpoint.readout.traced_logits(lens.translated(state, block))[:, checkpoint.readout.real]
        own = np.exp(logits.double().detach().numpy())
        kept = final[:, checkpoint.readout.real.numpy()]
        expected.append(entropy(kept, own / own.sum(1, keepdims=True), axis=1).mean())
    np.testing.assert_allclose(held_out_losses(checkpoint, lens, [batch]).numpy(), expected, atol=2e-6, rtol=1e-4)


def test_the_gradient_of_each_block_is_shortened_by_itself():
    weight, bias = torch.zeros(3, 2, 2, requires_grad=True), torch.zeros(3, 2, requires_grad=True)
    weight.grad, bias.grad = torch.zeros(3, 2, 2), torch.zeros(3, 2)
    weight.grad[0, 0, 0], bias.grad[0, 1] = 3.0, 4.0
    weight.grad[1, 1, 1] = 0.5
    clip(weight, bias)
    assert weight.grad[0, 0, 0].item() == pytest.approx(3 / 5 * CLIP)
    assert bias.grad[0, 1].item() == pytest.approx(4 / 5 * CLIP)
    assert weight.grad[1, 1, 1].item() == 0.5
    assert not weight.grad[2].any()


def test_no_map_moves_further_in_a_step_than_the_shortened_gradient_lets_it(toy, make_rows):
    toy.checkpoint.readout.unembedding.weight.mul_(20.0)
    rows = make_rows(20, 24)
    lens, _ = train_lens(toy.checkpoint, steps_of(rows), [rows], Schedule(1, 0.1, 1))
    sizes = (lens.weight.square().sum((1, 2)) + lens.bias.square().sum(1)).sqrt()
    assert sizes[:2].tolist() == pytest.approx([0.1 * (1 + 0.9) * CLIP] * 2, rel=1e-4)


def test_the_rate_falls_in_a_straight_line_and_losses_are_taken_at_the_ends():
    schedule = Schedule(10, 0.5, 4)
    assert [schedule.rate_at(step) for step in (1, 6)] == [0.5, 0.25]
    assert [step for step in range(1, 11) if schedule.evaluates(step)] == [1, 4, 8, 10]


def test_a_loss_that_is_never_finite_is_refused(freeze, make_rows):
    checkpoint = freeze()
    checkpoint.readout.unembedding.weight[0] = float("nan")
    rows = make_rows(10, 140)
    with pytest.raises(
        MeasurementError, match=r"lens of block 0: no held-out loss of 2 steps is finite at rate 0.1; lower lenses/rate"
    ):
        train_lens(checkpoint, itertools.repeat([rows]), [rows], Schedule(2, 0.1, 1))
