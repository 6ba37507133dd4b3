"""Grafts of MLPs: what must not change, what must become the other model, and plain hooks as second route."""

import copy

import pytest
import torch
from transformers import AutoModelForCausalLM

from crosspatch.models.grafts import grafted, load_host, load_mlps
from crosspatch.models.loading import Placement, load_model, text_stack

BLOCKS = range(5)


def stack_of(model):
    return model.model.language_model if hasattr(model.model, "language_model") else model.model


@torch.inference_mode()
def logits_of(model, tokens):
    return model(input_ids=tokens, use_cache=False).logits


@torch.inference_mode()
def by_hooks(host, donor, window, tokens):
    """Logits of the host whose MLP outputs in the window are replaced by the donor's MLPs of the host's MLP inputs."""
    layers, donors = stack_of(host).layers, stack_of(donor).layers
    handles = [
        layers[index].mlp.register_forward_hook(lambda _, given, __, index=index: donors[index].mlp(given[0]))
        for index in window
    ]
    logits = host(input_ids=tokens, use_cache=False).logits
    for handle in handles:
        handle.remove()
    return logits


@pytest.fixture
def host(pair, placement):
    return load_host(pair.folders["base"], placement)


def test_a_host_is_the_whole_checkpoint(pair, host, placement, contexts):
    whole = load_model(pair.folders["base"], placement)
    assert torch.equal(logits_of(host, contexts), logits_of(whole, contexts))
    assert len(text_stack(host).layers) == 5


@pytest.mark.parametrize("window", [range(5), range(3, 5), range(1)])
def test_grafting_a_checkpoints_own_mlps_changes_nothing(pair, host, placement, contexts, window):
    before = logits_of(host, contexts)
    with grafted(host, load_mlps(pair.folders["base"], window, placement)):
        assert torch.equal(logits_of(host, contexts), before)


@pytest.mark.parametrize("window", [range(5), range(2, 4), range(4, 5)])
def test_a_graft_is_what_plain_hooks_give(pair, host, placement, contexts, window):
    models = {side: AutoModelForCausalLM.from_pretrained(folder).eval() for side, folder in pair.folders.items()}
    with grafted(host, load_mlps(pair.folders["tuned"], window, placement)):
        hybrid = logits_of(host, contexts)
    expected = by_hooks(models["base"], models["tuned"], window, contexts)
    torch.testing.assert_close(hybrid, expected, atol=2e-5, rtol=1e-5)
    assert (hybrid - logits_of(host, contexts)).abs().max() > 0.01


def test_grafting_every_block_of_a_pair_that_differs_in_mlps_only_gives_the_other(
    pair, host, placement, contexts, save_model
):
    other = copy.deepcopy(load_model(pair.folders["base"], placement))
    for layer, tuned in zip(
        text_stack(other).layers, text_stack(load_model(pair.folders["tuned"], placement)).layers, strict=True
    ):
        layer.mlp.load_state_dict(tuned.mlp.state_dict())
    folder = save_model(other, f"{pair.name}_mlps")
    expected = logits_of(load_model(folder, placement), contexts)
    with grafted(host, load_mlps(folder, BLOCKS, placement)):
        assert torch.equal(logits_of(host, contexts), expected)
    assert not torch.equal(logits_of(host, contexts), expected)


def test_the_host_is_restored_even_after_a_failure(pair, host, placement, contexts):
    before, own = logits_of(host, contexts), [layer.mlp for layer in text_stack(host).layers]
    donors = load_mlps(pair.folders["tuned"], BLOCKS, placement)
    with pytest.raises(RuntimeError, match="in between"), grafted(host, donors):
        raise RuntimeError("in between")
    assert all(layer.mlp is mlp for layer, mlp in zip(text_stack(host).layers, own, strict=True))
    assert torch.equal(logits_of(host, contexts), before)


def test_grafts_may_be_undone_and_done_again(pair, host, placement, contexts):
    donors = load_mlps(pair.folders["tuned"], (1, 3), placement)
    assert list(donors) == [1, 3]
    with grafted(host, donors):
        once = logits_of(host, contexts)
    with grafted(host, donors):
        assert torch.equal(logits_of(host, contexts), once)


def test_onednn_kernels_are_grafted_too(llama, contexts):
    placement = Placement("cpu", "float32", "sdpa", linear="onednn")
    host = load_host(llama.folders["base"], placement)
    with grafted(host, load_mlps(llama.folders["tuned"], BLOCKS, placement)):
        packed = logits_of(host, contexts)
    models = [AutoModelForCausalLM.from_pretrained(llama.folders[side]).eval() for side in ("base", "tuned")]
    torch.testing.assert_close(packed, by_hooks(*models, BLOCKS, contexts), atol=1e-4, rtol=1e-4)
