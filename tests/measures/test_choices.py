"""Picks, gaps, ranks, entropies and margins of logits, by hand and against other formulae."""

import ast
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical

import crosspatch
from crosspatch.measures.choices import (
    among_real,
    best_of,
    entropy,
    gap,
    log_probabilities,
    margin,
    pick,
    rank_of,
)

ROWS = st.lists(st.lists(st.floats(-30, 30, width=32), min_size=6, max_size=6), min_size=1, max_size=4)


COARSE_ROWS = st.lists(st.lists(st.integers(-2, 2).map(float), min_size=6, max_size=6), min_size=1, max_size=4)
DTYPES = [torch.float32, torch.float64, torch.bfloat16, torch.float16]


def test_picks_gaps_and_ranks_by_hand():
    logits = torch.tensor([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [5.0, 5.0, 1.0], [-math.inf, 0.0, -math.inf]])
    assert pick(logits).tolist() == [0, 0, 0, 1]
    assert gap(logits).tolist() == [1.0, 1.0, 0.0, math.inf]
    assert rank_of(logits, torch.tensor([0, 1, 1, 2])).tolist() == [1, 3, 2, 3]


def test_only_real_tokens_are_picked():
    logits = torch.tensor([[9.0, 4.0, 7.0, 7.0], [1.0, 0.0, 0.0, 0.0]])
    among = among_real(logits.bfloat16(), torch.tensor([False, True, True, True]))
    assert (pick(among).tolist(), gap(among).tolist()) == ([2, 1], [0.0, 0.0])
    assert among.dtype == torch.float32


@given(st.one_of(ROWS, COARSE_ROWS))
def test_ranks_order_the_row_by_logit_and_then_by_token_id(rows):
    logits = torch.tensor(rows)
    ranks = [rank_of(logits, torch.full((len(rows),), token)).tolist() for token in range(6)]
    for place, row in enumerate(logits.tolist()):
        order = sorted(range(6), key=lambda token: (-row[token], token))
        assert [order.index(token) + 1 for token in range(6)] == [of_token[place] for of_token in ranks]
        assert pick(logits)[place] == order[0]
        assert gap(logits)[place] == torch.tensor(row[order[0]]) - torch.tensor(row[order[1]])


@given(st.one_of(ROWS, COARSE_ROWS))
def test_the_best_come_in_the_order_of_their_ranks(rows):
    logits = torch.tensor(rows)
    before = logits.clone()
    tokens, values = best_of(logits, 5)
    for place in range(5):
        assert rank_of(logits, tokens[:, place]).tolist() == [place + 1] * len(rows)
    assert torch.equal(values, logits.gather(1, tokens))
    assert torch.equal(logits, before)


@pytest.mark.parametrize("vocabulary", [5, 127, 128, 129, 1000, 32_768])
def test_the_best_of_any_vocabulary_tie_by_their_ids(vocabulary):
    generator = torch.Generator().manual_seed(vocabulary)
    logits = torch.randint(0, 3, (6, vocabulary), generator=generator).float()
    logits[0], logits[1, 5:-4] = 0, -math.inf
    expected = [sorted(range(vocabulary), key=lambda token: (-row[token], token))[:5] for row in logits.tolist()]
    assert best_of(logits, 5)[0].tolist() == expected
    assert best_of(logits, 5)[0][:, 0].tolist() == pick(logits).tolist()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("vocabulary", [2, 140, 151_936])
def test_a_tie_is_picked_as_the_lowest_token_id_whatever_its_place(dtype, vocabulary):
    generator = torch.Generator().manual_seed(vocabulary)
    logits = torch.randn(8, vocabulary, generator=generator).to(dtype)
    tied = torch.stack([torch.randperm(vocabulary, generator=generator)[:2] for _ in range(8)])
    logits.scatter_(1, tied, 30.0)
    assert pick(logits).tolist() == tied.amin(1).tolist()
    assert gap(logits).tolist() == [0.0] * 8
    assert pick(torch.zeros(3, vocabulary, dtype=dtype)).tolist() == [0, 0, 0]


def test_code_with_tensors_picks_by_no_other_function():
    package = Path(crosspatch.__file__).parent
    texts = [
        path.read_text() for layer in ("models", "jobs", "experiments") for path in (package / layer).rglob("*.py")
    ]
    files = [text for text in texts if "torch" in text]  # statistics of an idea have no logits to pick from
    nodes = [node for file in files for node in ast.walk(ast.parse(file))]
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert len(files) > 20
    assert not used & {"argmax", "topk", "argsort"}


def test_entropy_of_dumb_cases():
    flat, certain, masked = torch.zeros(1, 8), torch.tensor([[0.0, 200.0]]), torch.tensor([[1.0, 1.0, -math.inf]])
    assert entropy(log_probabilities(flat)).item() == pytest.approx(math.log(8))
    assert entropy(log_probabilities(certain)).item() == 0.0
    assert entropy(log_probabilities(masked)).item() == pytest.approx(math.log(2))


@given(ROWS)
def test_entropy_is_that_of_the_distribution(rows):
    logits = torch.tensor(rows)
    expected = Categorical(logits=logits.double()).entropy().float()
    torch.testing.assert_close(entropy(log_probabilities(logits)), expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(
        entropy(log_probabilities(logits + 5)), entropy(log_probabilities(logits)), atol=1e-5, rtol=1e-5
    )
    assert (entropy(log_probabilities(logits)) >= 0).all()


def test_entropy_of_a_large_vocabulary_is_summed_in_float64():
    logits = 3 * torch.randn(2, 150_000, generator=torch.Generator().manual_seed(0))
    expected = Categorical(logits=logits.double()).entropy().float()
    assert torch.equal(entropy(log_probabilities(logits)), expected)


@given(ROWS)
def test_log_probabilities_differ_by_the_logits_and_sum_to_one(rows):
    logits = torch.tensor(rows)
    chances = log_probabilities(logits)
    torch.testing.assert_close(chances.exp().sum(-1), torch.ones(len(rows), dtype=torch.float64))
    torch.testing.assert_close(chances[:, 1] - chances[:, 0], (logits[:, 1].double() - logits[:, 0].double()))


def test_an_impossible_token_has_no_probability_and_a_certain_one_keeps_its_digits():
    chances = log_probabilities(torch.tensor([[30.0, 0.0, -math.inf]]))
    assert chances[0, 0].item() == pytest.approx(-math.log1p(math.exp(-30.0)), rel=1e-3)
    assert chances[0, 2].item() == -math.inf


def test_a_margin_is_tuned_minus_base():
    tuned, base = torch.tensor([1.5, -2.0]), torch.tensor([0.25, -1.0])
    assert margin(tuned, base).tolist() == [1.25, -1.0]
    assert margin(base, tuned).tolist() == [-1.25, 1.0]


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(Exception, match="base_logit"):
        margin(torch.zeros(3), torch.zeros(1))
    with pytest.raises(Exception, match="tokens"):
        rank_of(torch.zeros(3, 5), torch.zeros(2, dtype=torch.long))
