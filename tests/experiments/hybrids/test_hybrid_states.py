"""Hybrid states in the place of an upstream: what holds whatever the weights are, for every architecture."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch

from crosspatch.errors import MeasurementError
from crosspatch.experiments.hybrids.hybrid_states import (
    arms_with_own_cells,
    interpolation_arms,
    measure_arms,
    permutation_arms,
    rescaling_arms,
)
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.cells import capture_boundary_states
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.readout import load_readout
from crosspatch.statistics.cells_array import pair_cells

SIDES = ("base", "tuned")
KEY = ["prompt_id", "readout", "upstream", "late"]
MARGINS = ["margin_checkpoint", "margin_float32"]


@pytest.fixture(scope="module")
def study(pair, measure, placement, tokenizer):
    """The pair's own cells, both sides' boundary states, and a function from arms to their `control_cells`."""
    usable = pair.usable
    planned = plan_batches(usable["context"].map(len).tolist(), plan="exact", tokens=128)
    states, readouts = {}, {}
    for side, folder in pair.folders.items():
        half = load_upstream(folder, pair.boundary, placement)
        states[side] = capture_boundary_states(half, usable, planned, device="cpu")
        readouts[side] = load_readout(folder, tokenizer, placement)
    own = measure(pair.folders, pair.events, pair.boundary)

    def run(arms):
        tables = [
            measure_arms(
                *(load_late(pair.folders[late], pair.boundary, placement), late, arms, states[late], readouts),
                *(usable, planned),
                device="cpu",
            )
            for late in SIDES
        ]
        return arms_with_own_cells(own, pd.concat(tables))

    return SimpleNamespace(own=own, states=states, run=run, prompts=usable["prompt_id"].tolist())


def keyed(cells):
    return cells.set_index(KEY)[MARGINS].sort_index()


def of_arm(cells, arm):
    return cells[cells["arm"] == arm]


def interactions(cells):
    margins = pair_cells(cells).margins
    return (margins[..., 3] - margins[..., 2]) - (margins[..., 1] - margins[..., 0])


@pytest.fixture(scope="module")
def doses(study):
    return study.run(interpolation_arms(study.states, "one", shares=[0.0, 0.5, 1.0]))


def test_share_0_has_no_interaction_at_all(doses):
    assert not interactions(of_arm(doses, "tuned share 0")).any()


def test_share_1_has_the_pairs_own_cells(study, doses):
    pd.testing.assert_frame_equal(keyed(of_arm(doses, "tuned share 1")), keyed(study.own), check_exact=True)


def test_a_share_between_leaves_the_cells_of_the_base_upstream_and_no_others(study, doses):
    half, own = keyed(of_arm(doses, "tuned share 0.5")), keyed(study.own)
    same = (half == own).all(axis=1)
    assert same.xs("base", level="upstream").all()
    assert not same.xs("tuned", level="upstream").any()
    assert half.index.equals(own.index)
    assert list(dict.fromkeys(doses["arm"])) == ["tuned share 0", "tuned share 0.5", "tuned share 1"]


def test_arms_are_a_table_of_control_cells(study, doses, table_round_trip):
    read = table_round_trip(doses, "control_cells")
    assert len(read) == 3 * len(study.own)
    columns = ["pair", "category", "template", "step", "base_token", "tuned_token", "consistent"]
    about, own = (frame.groupby("prompt_id")[columns].first() for frame in (read, study.own))
    pd.testing.assert_frame_equal(about, own)
    assert len(read[["prompt_id", "arm", *columns]].drop_duplicates()) == 3 * len(study.prompts)


def test_permutations_keep_the_size_of_the_displacement(study):
    arms = permutation_arms(study.states, "one", seeds=[0, 1])
    assert list(arms) == ["permutation 0", "permutation 1"]
    for name in study.prompts:
        base, tuned = (study.states[side][name].double() for side in SIDES)
        moved = [arm["tuned", "base"][name].double() for arm in arms.values()]
        for state in moved:
            torch.testing.assert_close((state - base).norm(dim=-1), (tuned - base).norm(dim=-1), rtol=1e-5, atol=1e-5)
        assert not torch.allclose(moved[0], moved[1])
        assert not torch.allclose(moved[0], tuned)


def test_permutations_are_shared_by_the_positions_and_both_late_stacks(study):
    (arm,) = permutation_arms(study.states, "one", seeds=[0]).values()
    assert list(arm) == [("tuned", "base"), ("tuned", "tuned")]
    assert arm["tuned", "base"] is arm["tuned", "tuned"]
    name = study.prompts[-1]
    base, tuned = (study.states[side][name] for side in SIDES)
    magnitudes = (arm["tuned", "base"][name] - base).abs(), (tuned - base).abs()
    orders = [
        [(moved[:, None] - given[None]).abs().amin(1) for moved, given in zip(*magnitudes, strict=True)],
        [(moved[:, None] - given[None]).abs().argmin(1).tolist() for moved, given in zip(*magnitudes, strict=True)],
    ]
    assert all(distance.max() < 1e-4 for distance in orders[0])
    first, *others = orders[1]
    agree = [sum(a == b for a, b in zip(first, other, strict=True)) / len(first) for other in others]
    assert min(agree) > 0.8  # not all: two dimensions may by chance differ by nearly the same


def test_permutations_depend_on_pair_prompt_and_seed_only():
    states = {"base": {name: torch.zeros(2, 64) for name in "ab"}}
    states |= {"tuned": {name: torch.arange(64.0).repeat(2, 1) for name in "ab"}}

    def moved(pair, name, seed):
        (arm,) = permutation_arms(states, pair, seeds=[seed]).values()
        return arm["tuned", "base"][name]

    assert torch.equal(moved("one", "a", 3), moved("one", "a", 3))
    others = [moved("two", "a", 3), moved("one", "b", 3), moved("one", "a", 4)]
    assert not any(torch.equal(moved("one", "a", 3), other) for other in others)
    assert moved("one", "a", 3)[1, :4].tolist() == [-14.0, -3.0, -31.0, 51.0]  # in every process


def test_host_norm_changes_the_crossed_cells_only(study):
    arms = rescaling_arms(study.states, "one")
    given, own = keyed(study.run(arms)), keyed(study.own)
    same = (given == own).all(axis=1).groupby(level=["upstream", "late"]).mean()
    assert same.to_dict() == {(one, other): float(one == other) for one in SIDES for other in SIDES}
    for (upstream, late), states in arms["host norm"].items():
        assert upstream != late
        for name in study.prompts:
            sizes = (states[name].square().mean(-1), study.states[late][name].square().mean(-1))
            torch.testing.assert_close(*sizes, rtol=1e-4, atol=0)


def test_a_state_of_zeros_that_would_be_rescaled_stops_with_the_event_named(study):
    name = study.prompts[0]
    whole = study.states["base"][name].clone()
    study.states["base"][name].zero_()
    try:
        with pytest.raises(MeasurementError, match=rf"event of prompt '{name}': the margin of cell \(base upstream"):
            study.run(rescaling_arms(study.states, "one"))
    finally:
        study.states["base"][name].copy_(whole)
