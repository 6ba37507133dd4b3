"""What is read of a pass: the states after every block, none of the padding, and only real tokens."""

import pytest
import torch

from crosspatch.experiments.lenses.passes import (
    LOGITS,
    Row,
    final_log_probabilities,
    log_probabilities,
    parts,
    states_of_blocks,
)
from crosspatch.measures.distributions import kl


@pytest.mark.parametrize("architecture", ["llama", "gemma3", "olmo2"])
def test_states_are_those_after_every_block_and_the_last_gives_the_models_own_logits(
    make_model, freeze, run_full_states, architecture
):
    tokens = list(range(5, 15))
    checkpoint = freeze(architecture)
    states = states_of_blocks(checkpoint, [Row(tokens, 1)])
    full = run_full_states(make_model(architecture), tokens)
    assert len(states) == len(full.states) == 5
    for state, expected in zip(states, full.states, strict=True):
        torch.testing.assert_close(state, expected[1:], atol=1e-5, rtol=1e-5)
    final = final_log_probabilities(checkpoint, states)
    torch.testing.assert_close(final, torch.log_softmax(full.logits[1:], -1), atol=1e-4, rtol=1e-4)


def test_padding_is_neither_read_nor_seen(freeze, make_rows):
    checkpoint, rows = freeze(), make_rows(5, 140)
    together = states_of_blocks(checkpoint, rows)
    alone = [states_of_blocks(checkpoint, [row]) for row in rows]
    assert len(together[0]) == sum(len(row.tokens) - 1 for row in rows)
    for block, states in enumerate(together):
        expected = torch.cat([one[block] for one in alone])
        torch.testing.assert_close(states, expected, atol=1e-4, rtol=1e-4)


def test_a_row_is_read_from_its_first_position_on(freeze):
    checkpoint, tokens = freeze(), list(range(4, 12))
    whole, end = (states_of_blocks(checkpoint, [Row(tokens, first)]) for first in (1, 6))
    for states, last in zip(whole, end, strict=True):
        assert torch.equal(states[5:], last)


def test_tokens_that_are_not_real_have_no_probability_and_no_say(freeze):
    checkpoint = freeze(vocabulary=200)
    logits = torch.randn(3, 200, generator=torch.Generator().manual_seed(0))
    changed = logits.clone()
    changed[:, 140:] += 50.0
    own, same = log_probabilities(checkpoint, logits), log_probabilities(checkpoint, changed)
    assert torch.equal(own, same)
    assert not own[:, 140:].exp().any()
    torch.testing.assert_close(own[:, :140], torch.log_softmax(logits[:, :140], -1))
    assert kl(own, log_probabilities(checkpoint, logits.flip(0))).isfinite().all()


def test_the_kl_of_equal_predictions_is_zero_and_never_below(freeze):
    own = log_probabilities(freeze(), torch.randn(50, 140, generator=torch.Generator().manual_seed(0)))
    assert not kl(own, own).any()
    assert (kl(own, own + 1e-7) >= 0).all()


def test_states_are_unembedded_a_part_at_a_time(freeze, monkeypatch):
    monkeypatch.setitem(LOGITS, "cpu", 3 * 140)
    states = [torch.arange(14.0).view(7, 2) + 100 * block for block in range(5)]
    some = list(parts(freeze(), states))
    assert [len(part[0]) for part in some] == [3, 3, 1]
    for block in range(5):
        assert torch.equal(torch.cat([part[block] for part in some]), states[block])
