"""Batched greedy decoding with a cache chooses what one prompt at a time without a cache chooses."""

import pytest
import torch

from crosspatch.models.decoding import continue_greedily, left_padded
from crosspatch.models.loading import load_model

LIMIT = 8
NO_STOPS = frozenset()
LENGTHS = {"equal": [9, 9, 9, 9], "mixed": [1, 20, 7, 7, 13]}


def prompts_of(lengths):
    generator = torch.Generator().manual_seed(len(lengths))
    return [torch.randint(2, 140, (length,), generator=generator).tolist() for length in lengths]


@torch.inference_mode()
def one_at_a_time(model, prompt, real, stops=NO_STOPS, limit=LIMIT):
    """Tokens and gaps of greedy decoding by a full forward pass per token."""
    tokens, gaps = [], []
    for _ in range(limit):
        logits = model(input_ids=torch.tensor([prompt + tokens]), use_cache=False).logits[0, -1].double()
        best, second = logits[real].topk(2).values.tolist()
        tokens.append(int(torch.where(real, logits, -torch.inf).argmax()))
        gaps.append(best - second)
        if tokens[-1] in stops:
            break
    return tokens, gaps


def assert_same_as_one_at_a_time(model, prompts, real, stops=NO_STOPS):
    found = continue_greedily(model, prompts, real=real, stops=stops, limit=LIMIT, padding=1)
    for row, prompt in zip(found, prompts, strict=True):
        tokens, gaps = one_at_a_time(model, prompt, real, stops)
        assert row.tokens == tokens
        assert row.gaps == pytest.approx(gaps, abs=1e-4)
        assert min(row.gaps) >= 0
        assert row.stop_reason == ("stop_token" if tokens[-1] in stops else "length")
    return found


@pytest.fixture
def everything():
    return torch.ones(140, dtype=torch.bool)


@pytest.mark.parametrize("lengths", list(LENGTHS))
def test_batches_equal_one_at_a_time(pair, lengths, placement, everything):
    model = load_model(pair.folders["tuned"], placement)
    assert_same_as_one_at_a_time(model, prompts_of(LENGTHS[lengths]), everything)


@pytest.mark.parametrize("lengths", list(LENGTHS))
def test_batches_equal_one_at_a_time_past_the_attention_window(windowed, lengths, placement, everything):
    assert_same_as_one_at_a_time(load_model(windowed, placement), prompts_of(LENGTHS[lengths]), everything)


@pytest.mark.parametrize("lengths", list(LENGTHS))
def test_rows_stop_at_different_steps(pair, lengths, placement, everything):
    model, prompts = load_model(pair.folders["tuned"], placement), prompts_of(LENGTHS[lengths])
    free = [one_at_a_time(model, prompt, everything)[0] for prompt in prompts]
    stops = frozenset({free[0][0], free[1][3], free[2][-1]})
    found = assert_same_as_one_at_a_time(model, prompts, everything, stops)
    assert found[0].tokens == free[0][:1]
    assert len({len(row.tokens) for row in found}) > 1
    assert all(token not in stops for row in found for token in row.tokens[:-1])


@pytest.mark.parametrize("lengths", list(LENGTHS))
def test_only_real_tokens_are_chosen(llama, lengths, placement, everything):
    model, prompts = load_model(llama.folders["base"], placement), prompts_of(LENGTHS[lengths])
    chosen = [token for prompt in prompts for token in one_at_a_time(model, prompt, everything)[0]]
    real = everything.clone()
    real[chosen] = False
    found = assert_same_as_one_at_a_time(model, prompts, real)
    assert not set(chosen) & {token for row in found for token in row.tokens}


def test_all_rows_stop_at_once(llama, placement, everything):
    model = load_model(llama.folders["base"], placement)
    found = continue_greedily(
        model, prompts_of([5, 6]), real=everything, stops=frozenset(range(140)), limit=LIMIT, padding=1
    )
    assert [(len(row.tokens), len(row.gaps), row.stop_reason) for row in found] == [(1, 1, "stop_token")] * 2


def assert_the_library_generates_the_same(model, prompts, everything):
    tokens, mask = left_padded(prompts, padding=1, device=model.device)
    mask = torch.ones_like(tokens) if mask is None else mask.long()
    generated = model.generate(
        input_ids=tokens, attention_mask=mask, do_sample=False, max_new_tokens=LIMIT, eos_token_id=139
    )
    found = continue_greedily(model, prompts, real=everything, stops=frozenset({139}), limit=LIMIT, padding=1)
    for row, whole in zip(found, generated[:, tokens.shape[1] :].tolist(), strict=True):
        assert row.tokens == whole[: len(row.tokens)]
    return found


def test_the_library_generates_the_same(llama, placement, everything):
    model = load_model(llama.folders["base"], placement)
    assert_the_library_generates_the_same(model, prompts_of(LENGTHS["mixed"]), everything)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("lengths", list(LENGTHS))
def test_the_library_generates_the_same_where_every_pick_ties(convert_pair, placement, everything, dtype, lengths):
    model = load_model(convert_pair("llama", dtype=dtype, twins=True).folders["base"], placement)
    for row in assert_the_library_generates_the_same(model, prompts_of(LENGTHS[lengths]), everything):
        assert not any(row.gaps)
        assert not any(token % 2 for token in row.tokens)


def test_of_tied_tokens_the_lowest_real_one_is_chosen(convert_pair, placement, everything):
    model = load_model(convert_pair("llama", dtype="float32", twins=True).folders["base"], placement)
    prompts = prompts_of(LENGTHS["mixed"])
    everything[::4] = False  # of every second two twins, the first
    found = assert_same_as_one_at_a_time(model, prompts, everything)
    assert {token % 4 for row in found for token in row.tokens} == {1, 2}


def test_left_padding_by_hand():
    tokens, mask = left_padded([[5, 6, 7], [8]], padding=1, device=torch.device("cpu"))
    assert tokens.tolist() == [[5, 6, 7], [1, 1, 8]]
    assert mask.tolist() == [[True, True, True], [False, False, True]]
    tokens, mask = left_padded([[5, 6], [7, 8]], padding=1, device=torch.device("cpu"))
    assert (tokens.tolist(), mask) == ([[5, 6], [7, 8]], None)
