"""How far weights moved, against whole checkpoints that are read and compared by hand."""

import numpy as np
import pandas as pd
import pytest
import torch

from crosspatch.errors import CheckpointError
from crosspatch.experiments.updates.pair_updates import relative_changes
from crosspatch.experiments.updates.weight_changes import weight_changes
from crosspatch.models.loading import load_model
from perturbed_weights import perturbed

BOUNDARY = 2


def parameters(folder, placement):
    return {name: tensor.detach().double() for name, tensor in load_model(folder, placement).named_parameters()}


def by_hand(base, tuned, placement, is_of_part):
    old, new = parameters(base, placement), parameters(tuned, placement)
    own = [name for name in old if is_of_part(name)]
    change = sum((new[name][: len(old[name])] - old[name][: len(new[name])]).square().sum() for name in own)
    size = sum(old[name][: len(new[name])].square().sum() for name in own)
    return float((change / size).sqrt())


def is_upstream(name):
    return "embed_tokens" in name or any(f".layers.{block}." in name for block in range(BOUNDARY))


def test_parts_add_up_to_what_whole_checkpoints_say(architecture, make_model, save_model, placement):
    base = save_model(make_model(architecture), "base")
    tuned = save_model(perturbed(make_model(architecture), seed=3, share=0.05).to(torch.bfloat16), "tuned")
    found = relative_changes(weight_changes(base, tuned), BOUNDARY)
    text = lambda name: "vision" not in name and "projector" not in name  # noqa: E731 - what a text model runs
    assert found["weight_change"] == pytest.approx(by_hand(base, tuned, placement, text))
    upstream = by_hand(base, tuned, placement, lambda name: text(name) and is_upstream(name))
    late = by_hand(base, tuned, placement, lambda name: text(name) and not is_upstream(name))
    assert found["weight_change_upstream"] == pytest.approx(upstream)
    assert found["weight_change_late"] == pytest.approx(late)
    assert upstream != pytest.approx(late)


def test_one_and_the_same_checkpoint_did_not_move(make_model, save_model):
    folder = save_model(make_model("llama"))
    assert set(relative_changes(weight_changes(folder, folder), BOUNDARY).values()) == {0.0}


def test_weights_that_all_grew_by_a_hundredth_moved_by_it_in_every_part(make_model, save_model):
    model = make_model("qwen3")
    base = save_model(model, "base")
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(1.01)
    found = relative_changes(weight_changes(base, save_model(model, "tuned")), BOUNDARY)
    np.testing.assert_allclose(list(found.values()), 0.01, rtol=1e-4)


def test_a_boundary_parts_the_blocks():
    rows = [("embedding", -1, 4.0, 1.0), ("block", 0, 9.0, 0.0), ("block", 1, 3.0, 3.0), ("readout", -1, 1.0, 0.0)]
    changes = pd.DataFrame(rows, columns=["part", "block", "squared_base", "squared_change"])
    found = relative_changes(changes, 1)
    assert found["weight_change_upstream"] == pytest.approx(np.sqrt(1 / 13))
    assert found["weight_change_late"] == pytest.approx(np.sqrt(3 / 4))
    assert found["weight_change"] == pytest.approx(np.sqrt(4 / 17))


def test_rows_by_which_a_vocabulary_was_extended_do_not_count(make_model, save_model):
    small, large = make_model("llama"), make_model("llama")
    large.resize_token_embeddings(small.config.vocab_size + 7, mean_resizing=False)
    changes = weight_changes(save_model(small, "base"), save_model(large, "tuned"))
    assert changes["squared_change"].sum() == 0.0
    assert changes["parameters"].sum() == sum(weight.numel() for weight in small.parameters())


def test_checkpoints_of_other_shapes_are_refused(make_model, save_model):
    base = save_model(make_model("llama"), "base")
    wider = save_model(make_model("llama", intermediate_size=80), "wider")
    with pytest.raises(CheckpointError, match=r"has shape \(64, 32\) in .* and \(80, 32\) in .* no checkpoints of one"):
        weight_changes(base, wider)


def test_checkpoints_with_other_tensors_are_refused(make_model, save_model):
    base, other = save_model(make_model("qwen2"), "base"), save_model(make_model("qwen3"), "other")
    with pytest.raises(CheckpointError, match=r"is in one of .* only; .* leave the control update_size out"):
        weight_changes(base, other)
