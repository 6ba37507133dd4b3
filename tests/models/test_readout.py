"""Readouts against a formula in float64."""

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import Readout, load_readout, readout_of

EPSILON = 1e-6


def by_hand(states, weight, rows, *, offset=0.0):
    """Root-mean-square norm and product in float64; Gemma's norms multiply by 1 + weight."""
    states = states.double()
    normed = states / (states.square().mean(-1, keepdim=True) + EPSILON).sqrt() * (weight.double() + offset)
    return normed @ rows.double().T


@pytest.fixture
def states():
    return 3 * torch.randn(4, 32, generator=torch.Generator().manual_seed(0))


TOKENS = torch.tensor([[2, 3], [139, 2], [7, 7], [0, 1]])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_token_logits_are_the_formula_to_float32_rounding(pair, states, dtype, tokenizer):
    folder = pair.folders["tuned"]
    stored = load_file(folder / "model.safetensors")
    (norm,) = (tensor for name, tensor in stored.items() if name.endswith("model.norm.weight"))
    heads = [tensor for name, tensor in stored.items() if name.endswith("lm_head.weight")]
    tied = [tensor for name, tensor in stored.items() if name.endswith("embed_tokens.weight")]
    weight, rows = (tensor.to(getattr(torch, dtype)) for tensor in (norm, (heads or tied)[0]))
    readout = load_readout(folder, tokenizer, Placement("cpu", dtype, "sdpa"))
    given = states.to(weight.dtype)
    expected = by_hand(given, weight, rows, offset=float("gemma3" in pair.name))
    precise = readout.token_logits(given, TOKENS)
    assert precise.dtype == torch.float32
    torch.testing.assert_close(precise.double(), expected.gather(1, TOKENS), atol=2e-5, rtol=1e-5)
    in_dtype = readout.logits(given)
    assert in_dtype.dtype == torch.float32
    tolerance = 2e-5 if dtype == "float32" else 0.2
    torch.testing.assert_close(in_dtype.double(), expected, atol=tolerance, rtol=1e-5)


def test_bfloat16_logits_are_coarser_than_token_logits(llama, states, tokenizer):
    readout = load_readout(llama.folders["base"], tokenizer, Placement("cpu", "bfloat16", "sdpa"))
    given = states.bfloat16()
    coarse, precise = readout.logits(given).gather(1, TOKENS), readout.token_logits(given, TOKENS)
    assert torch.equal(coarse, coarse.bfloat16().float())
    assert 1e-4 < (coarse - precise).abs().max() < 0.2


def test_the_norm_keeps_its_dtype(llama, states, tokenizer):
    readout = load_readout(llama.folders["base"], tokenizer, Placement("cpu", "bfloat16", "sdpa"))
    before = readout.logits(states.bfloat16())
    readout.token_logits(states.bfloat16(), TOKENS)
    assert readout.norm.weight.dtype == torch.bfloat16
    assert torch.equal(readout.logits(states.bfloat16()), before)


def test_a_softcap_bounds_the_logits_as_the_model_does(make_model, save_model, tokenizer, placement):
    folder = save_model(make_model("gemma3", final_logit_softcapping=1.5), "softcap")
    model = load_model(folder, placement)
    seen = {}
    model.model.norm.register_forward_pre_hook(lambda _, given: seen.update(last=given[0]))
    with torch.inference_mode():
        logits = model(input_ids=torch.arange(2, 12)[None], use_cache=False).logits
    readout, last = readout_of(model, tokenizer), seen["last"]
    assert logits.abs().max() < 1.5
    assert torch.equal(readout.logits(last), logits)
    pairs = TOKENS[:2]
    expected = logits[0, -2:].gather(1, pairs)
    torch.testing.assert_close(readout.token_logits(last[0, -2:], pairs), expected, atol=1e-5, rtol=0)


def test_bias_and_mask_by_hand():
    unembedding = nn.Linear(2, 3)
    with torch.no_grad():
        unembedding.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]))
        unembedding.bias.copy_(torch.tensor([0.5, -1.0, 7.0]))
    readout = Readout(nn.Identity(), unembedding, torch.tensor([True, True, False]), softcap=None)
    states = torch.tensor([[3.0, 4.0]])
    assert readout.logits(states).tolist() == [[3.5, 7.0, -torch.inf]]
    assert readout.token_logits(states, torch.tensor([[1, 0]])).tolist() == [[7.0, 3.5]]
    capped = Readout(nn.Identity(), unembedding, readout.real, softcap=2.0)
    expected = [[2 * torch.tanh(torch.tensor(value / 2)).item() for value in (7.0, 3.5)]]
    assert capped.token_logits(states, torch.tensor([[1, 0]])).tolist() == expected


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 8, 40])
def test_logits_of_a_row_do_not_depend_on_how_many_rows_there_are(llama, tokenizer, placement, rows):
    states = torch.randn(64, 32, generator=torch.Generator().manual_seed(1))
    readout = load_readout(llama.folders["base"], tokenizer, placement)
    assert torch.equal(readout.logits(states[:rows]), readout.logits(states)[:rows])
    assert torch.equal(readout.logits(states[None, :rows]), readout.logits(states[:rows])[None])
