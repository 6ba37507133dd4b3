"""Two checkpoints whose boundary states differ in a plane only: two directions are then all there is to close."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from crosspatch.experiments.closure.names import FULL, of_directions
from perturbed_weights import perturbed


@pytest.fixture(scope="module")
def flat(make_model, save_model, find_events):
    """A pair of which the tuned first block writes more along two directions, and all later blocks differ."""
    base = make_model("llama", seed=2)
    folders = {"base": save_model(base, "flat_base")}
    kept = {name: value.clone() for name, value in base.state_dict().items()}
    tuned = perturbed(base, seed=4, share=0.2)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in tuned.state_dict().items():
            if "embed" in name or "layers.0." in name:
                value.copy_(kept[name])
        down = tuned.model.layers[0].mlp.down_proj.weight
        plane, read = (torch.randn(size, 2, generator=generator) for size in down.shape)
        down += plane @ read.T
    folders["tuned"] = save_model(tuned, "flat_tuned")
    _, events = find_events("flat", folders)
    return SimpleNamespace(name="flat", folders=folders, boundary=1, events=events, plane=plane)


def test_two_directions_close_what_the_whole_difference_closes(flat, prepare, measure_moved):
    study = prepare(flat)
    found = measure_moved(study, 1).pivot(index="prompt_id", columns="arm", values="margin_float32")
    np.testing.assert_allclose(found[of_directions(2)], found[FULL], atol=1e-4)
    assert (found[of_directions(1)] - found[FULL]).abs().max() > 0.01
    axes = study.known[1].directions.axes[:2]
    plane = flat.plane.double().T
    torch.testing.assert_close(plane @ axes.T @ axes, plane, atol=1e-4, rtol=1e-4)
