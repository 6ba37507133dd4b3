"""Matched tokens by hand, and which tokens of a vocabulary may be forced."""

import math
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from crosspatch.experiments.forced_tokens.choices import (
    NO_OTHER,
    Forceable,
    chosen_rows,
    forceable_tokens,
    matched_tokens,
    unforced_rows,
)

TEXTS = ["<s>", " a", " b", "1", "2", "!", " c"]
KINDS = torch.tensor([9, 0, 0, 1, 1, 2, 0])
ALLOWED = torch.tensor([False, True, True, True, True, True, True])
SCORES = torch.tensor([[-1.0, -1.0, -2.0, -2.1, -9.0, -2.4, -3.0]], dtype=torch.float64)
FORCEABLE = Forceable(TEXTS, KINDS, ALLOWED)


def matched(base, tuned, scores=SCORES, forceable=FORCEABLE):
    rank, alike, has = matched_tokens(scores, torch.tensor([base]), torch.tensor([tuned]), forceable)
    return rank.item(), alike.item() if has.item() else None


def test_the_nearest_token_in_probability_and_that_of_its_kind():
    assert matched(2, 1) == (3, 6)  # ln p of -2.1 is nearest to -2.0; of kind 0 only token 6 is left
    assert matched(5, 1) == (3, None)  # punctuation stands alone
    assert matched(3, 2) == (5, 4)  # not the tuned token, which is nearest
    assert matched(1, 3) == (2, 2)  # not the special token of the same ln p


def test_of_equally_near_tokens_the_lowest_id_counts():
    scores = torch.tensor([[-1.0, -5.0, -2.0, -3.0, -3.0, -1.0, -3.0]], dtype=torch.float64)
    assert matched(2, 1, scores)[0] == 3


def test_tokens_that_cannot_be_chosen_are_no_others():
    scores = SCORES.clone()
    scores[0, 3] = -math.inf
    assert matched(2, 1, scores) == (5, 6)


@given(st.lists(st.floats(-20, 0), min_size=7, max_size=7), st.permutations(range(1, 7)))
def test_no_allowed_token_is_nearer(scores, order):
    base, tuned = order[:2]
    row = torch.tensor([scores], dtype=torch.float64)
    rank, alike = matched(base, tuned, row)
    distance = [abs(score - scores[base]) for score in scores]
    others = [token for token in range(1, 7) if token not in (base, tuned)]
    same = [token for token in others if KINDS[token] == KINDS[base]]
    assert distance[rank] == min(distance[token] for token in others)
    assert rank in others
    assert (alike is None) == (not same)
    assert alike is None or (alike in same and distance[alike] == min(distance[token] for token in same))


def test_rows_of_an_event_say_token_text_and_probability_or_why_not():
    event = SimpleNamespace(prompt_id="p", base_token=5, tuned_token=1)
    rows = {row["branch"]: row for row in chosen_rows([event], SCORES, FORCEABLE)}
    assert list(rows) == ["tuned", "base", "rank", "class"]
    assert rows["rank"] == {
        "prompt_id": "p", "branch": "rank", "token": 3, "text": "1", "log_probability": -2.1, "reason": None
    }  # fmt: skip
    assert (rows["class"]["token"], rows["class"]["reason"]) == (None, NO_OTHER)
    assert {row["reason"] for row in unforced_rows("p", "small talk")} == {"small talk"}


def test_tokens_that_may_be_forced_are_alone_what_their_text_is_encoded_as(tokenizer):
    real = torch.ones(len(tokenizer), dtype=torch.bool)
    real[7] = False
    found = forceable_tokens(tokenizer, real)
    assert not found.allowed[7]
    assert not found.allowed[tokenizer.all_special_ids].any()
    assert found.allowed.sum() > 10
    for token in found.allowed.nonzero()[:, 0].tolist():
        assert tokenizer.encode(found.texts[token], add_special_tokens=False) == [token]


@pytest.mark.parametrize(("tokens", "side"), [({"base": 0, "tuned": 1}, "base"), ({"base": 1, "tuned": 99}, "tuned")])
def test_a_token_that_may_not_be_forced_is_named(tokens, side):
    assert FORCEABLE.why_not(tokens).startswith(f"the {side} token is special, no real one, or not alone")
    assert FORCEABLE.why_not({"base": 1, "tuned": 2}) is None
