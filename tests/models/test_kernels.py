"""oneDNN's linear layers: the same products as torch's, and halves that are still the model."""

import pytest
import torch
from torch import nn

from crosspatch.errors import ConfigError
from crosspatch.experiments.checkpoints.verification import compare_with_full_forward, run_halves, sample_events
from crosspatch.jobs.batching import plan_batches
from crosspatch.models.engine import engine_of
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.kernels import PackedLinear, linear_kernels
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import readout_of

PACKED = Placement("cpu", "checkpoint", "sdpa", "onednn")


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("rows", [(1,), (5,), (2, 7)])
def test_a_packed_layer_gives_the_product(bias, rows):
    linear = nn.Linear(24, 40, bias=bias)
    states = torch.randn(*rows, 24)
    with torch.inference_mode():
        torch.testing.assert_close(PackedLinear(linear)(states), linear(states), rtol=1e-5, atol=1e-5)


def test_the_products_of_every_architecture_are_the_same(pair, placement):
    tokens = torch.tensor(pair.usable["context"].iloc[0])[None]
    plain, packed = (load_model(pair.folders["tuned"], place) for place in (placement, PACKED))
    assert (linear_kernels(plain), linear_kernels(packed)) == ("torch", "onednn")
    assert not any(isinstance(module, nn.Linear) for module in packed.get_decoder().layers.modules())
    with torch.inference_mode():
        logits = [model(input_ids=tokens, use_cache=False).logits for model in (plain, packed)]
    torch.testing.assert_close(*logits, rtol=1e-4, atol=1e-4)


def test_packed_halves_are_the_packed_model(pair, tokenizer):
    folder, events = pair.folders["tuned"], sample_events(pair.events, 4)
    planned = plan_batches(events["context"].map(len).tolist(), plan="exact", tokens=64)
    halves = run_halves(
        lambda: load_upstream(folder, pair.boundary, PACKED),
        lambda: load_late(folder, pair.boundary, PACKED),
        events,
        planned,
        device="cpu",
    )
    model = load_model(folder, PACKED)
    readout = readout_of(model, tokenizer)
    noop = compare_with_full_forward(model, readout, halves, events, planned, boundary=pair.boundary, side="tuned")
    assert not noop[["state_distance", "margin_distance"]].any(axis=None)
    assert engine_of(model)["linear"] == "onednn"


def test_what_cannot_be_packed_is_refused(monkeypatch):
    with pytest.raises(ConfigError, match=r"weights are on meta.*use linear: torch"):
        PackedLinear(nn.Linear(3, 3, device="meta"))
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="has no oneDNN; use linear: torch"):
        PackedLinear(nn.Linear(3, 3))
