"""The most memory that measurements hold beside weights: bounds that a 32B pair needs, as bytes of tensors."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
import torch
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from crosspatch.experiments.checkpoints import verification
from crosspatch.experiments.checkpoints.verification import compare_with_full_forward, run_halves
from crosspatch.experiments.windows.mlp_writes import mlp_supports, recorded_writes
from crosspatch.jobs.batching import plan_batches
from crosspatch.models.decoding import continue_greedily
from crosspatch.models.halves import late_half, run_upstream, upstream_half
from crosspatch.models.loading import blocks_as_stack
from crosspatch.models.mlp_writes import MlpWrites
from crosspatch.models.readout import Readout, readout_of
from peak_memory import peak_bytes

VOCABULARY = 20_000  # logits are all that counts, as where there are 150,000 of them
TOGETHER = 2**20
DTYPES = [torch.float32, torch.bfloat16]


def test_a_peak_is_what_is_held_at_once():
    def run():
        first = torch.zeros(1000)
        second = first + 1
        del first
        third = second.double()
        return third[0].item()

    assert peak_bytes(run) == 4000 + 8000
    assert peak_bytes(lambda: None) == 0


@pytest.fixture(scope="module", params=DTYPES, ids=str)
def verified(request, make_model, tokenizer):
    """Return a function from a number of events to the logits of their contexts, and a call that verifies a side."""
    model = make_model("llama", vocabulary=VOCABULARY).to(request.param)
    readout = readout_of(model, tokenizer)

    def prepare(count):
        drawn = np.random.default_rng(0).integers(0, VOCABULARY, (count, 40)).tolist()
        names = [f"p{place:02d}" for place in range(count)]
        events = pd.DataFrame({"pair": "a", "prompt_id": names, "context": drawn, "base_token": 3, "tuned_token": 4})
        planned = plan_batches([40] * count, plan="padded", tokens=4000)
        halves = [lambda: upstream_half(model, 3), lambda: late_half(model, 3)]
        sample = run_halves(*halves, events, planned, device="cpu")
        options = {"boundary": 3, "side": "base"}
        return 40 * count * VOCABULARY, lambda: compare_with_full_forward(
            model, readout, sample, events, planned, **options
        )

    return prepare


def test_verification_holds_ten_bytes_for_each_logit_of_a_portion(verified, monkeypatch):
    monkeypatch.setattr(verification, "_TOGETHER", TOGETHER)
    few, some = (peak_bytes(verified(count)[1]) for count in (8, 32))
    assert few < 10.5 * TOGETHER
    assert some < 1.05 * few  # for the states of 24 more events


def test_verification_of_one_portion_holds_ten_bytes_for_each_logit(verified):
    logits, verify = verified(8)
    assert logits < verification._TOGETHER
    assert peak_bytes(verify) < 10.5 * logits


def supports_peak(blocks, rows, dtype, width=256):
    """Peak of the supports of random writes, as a number of states of all rows in float32."""
    generator = torch.Generator().manual_seed(0)
    shape = (blocks, len(fields(MlpWrites)), rows, width)
    writes = [MlpWrites(*states) for states in torch.randn(shape, generator=generator).to(dtype)]
    unembedding = torch.nn.Linear(width, 50, bias=False, dtype=dtype)
    readout = Readout(LlamaRMSNorm(width).to(dtype), unembedding, torch.ones(50, dtype=torch.bool), None)
    tokens = torch.randint(50, (rows, 2), generator=generator)
    return peak_bytes(lambda: mlp_supports(writes, readout, tokens)) / (4 * rows * width)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_supports_hold_eight_states_whatever_the_number_of_blocks(dtype):
    peaks = [supports_peak(blocks, rows, dtype) for blocks, rows in ((2, 50), (16, 50), (16, 200))]
    assert max(peaks) < 8
    assert max(peaks) - min(peaks) < 0.5  # the supports themselves, four numbers for a row and block


def test_writes_of_a_block_are_three_states_in_the_dtype_of_the_checkpoint(make_model):
    rows, kept = 10, []
    for blocks in (2, 5):
        model = make_model("olmo2").to(torch.bfloat16)
        model.model.layers = model.model.layers[:blocks]
        with recorded_writes(model, [4] * rows) as writes:
            run_upstream(blocks_as_stack(model, range(blocks)), torch.ones((rows, 4), dtype=torch.long))
        assert len(writes) == blocks
        kept.append(sum(getattr(block, field.name).nbytes for block in writes for field in fields(block)))
    assert kept == [3 * 2 * rows * 32 * blocks for blocks in (2, 5)]


def test_rollouts_hold_logits_of_one_position_of_each_row(make_model):
    rows, prompt = 8, 60
    model = make_model("llama", vocabulary=VOCABULARY)
    drawn = np.random.default_rng(0).integers(0, VOCABULARY, (rows, prompt)).tolist()
    options = {"real": torch.ones(VOCABULARY, dtype=torch.bool), "stops": frozenset(), "limit": 5, "padding": 0}
    peak = peak_bytes(lambda: continue_greedily(model, drawn, **options))
    assert peak < 4 * 5 * rows * VOCABULARY  # five such arrays, where those of all positions are sixty
