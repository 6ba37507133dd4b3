"""Base states moved by differences: what holds whatever the weights are."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from torch import nn

from crosspatch.errors import ConfigError, MeasurementError
from crosspatch.experiments.closure.captured import measured_boundaries
from crosspatch.experiments.closure.directions import Directions
from crosspatch.experiments.closure.moved_states import Boundary, Settings, arms_of, moved
from crosspatch.experiments.closure.names import (
    BASE_STATE,
    FLIPPED,
    FULL,
    GAUSSIAN,
    IN_SPAN,
    MEAN,
    OTHER_DESCENDANT,
    OTHER_EVENT,
    RANDOM,
    TUNED_STATE,
    of_directions,
)
from crosspatch.models.readout import Readout
from crosspatch.records.arms import seeded

MARGINS = ["margin_float32", "margin_checkpoint"]
BOUNDARY = 3
ALL = f"{FULL}, all positions"


@pytest.fixture(scope="session")
def found(study, measure_moved):
    return measure_moved(study, BOUNDARY)


def of(found, arm):
    return found[found["arm"] == arm].set_index("prompt_id")[MARGINS].sort_index()


def test_ends_are_the_cells_of_the_factorial(study, found, measure):
    cells = measure(study.pair.folders, study.held_out, BOUNDARY)
    cells = cells[(cells["late"] == "tuned") & (cells["readout"] == "common_tuned")].set_index("prompt_id").sort_index()
    for arm, upstream in ((BASE_STATE, "base"), (TUNED_STATE, "tuned")):
        expected = cells.loc[cells["upstream"] == upstream, MARGINS]
        pd.testing.assert_frame_equal(of(found, arm), expected, check_exact=True, check_dtype=False)


def test_the_whole_difference_everywhere_closes_everything_and_nothing_closes_nothing(study, found):
    pd.testing.assert_frame_equal(of(found, ALL), of(found, TUNED_STATE), check_exact=True)
    for state in study.known[BOUNDARY].base.values():
        assert torch.equal(moved(state, torch.zeros(state.shape[1], dtype=torch.float64)), state)


def test_the_last_position_alone_closes_something_else(found):
    last = of(found, FULL)["margin_float32"]
    assert (last != of(found, BASE_STATE)["margin_float32"]).all()
    assert (last != of(found, TUNED_STATE)["margin_float32"]).any()


def test_batches_and_orders_change_nothing(study, found, measure_moved):
    keys = ["prompt_id", "arm"]
    expected = found.sort_values(keys, ignore_index=True)
    for events, tokens in ((study.held_out, 16), (study.held_out[::-1].reset_index(drop=True), 4096)):
        other = measure_moved(study, BOUNDARY, events=events, plan={"plan": "exact", "tokens": tokens})
        pd.testing.assert_frame_equal(other.sort_values(keys, ignore_index=True), expected, check_exact=True)


def test_a_projection_on_more_directions_than_there_are_says_so(study, found):
    rank = study.known[BOUNDARY].directions.rank
    assert rank == len(study.fitted) - 1
    used = found.drop_duplicates("arm").set_index("arm")["directions"]
    assert used[of_directions(16)] == used[f"{of_directions(16)}, all positions"] == rank
    assert used[of_directions(1)] == 1
    assert used[[FULL, MEAN, seeded(RANDOM, 0)]].isna().all()
    assert set(found["rank"]) == {rank}


def planted(width=6, count=5):
    generator = torch.Generator().manual_seed(3)
    states = [{f"p{one}": torch.randn(3, width, generator=generator) for one in range(count)} for _ in range(3)]
    axes = torch.linalg.qr(torch.randn(width, 3, generator=generator, dtype=torch.float64)).Q.T
    return Boundary(states[0], states[1], Directions(torch.ones(width, dtype=torch.float64), axes), states[2])


def test_what_is_added_is_what_its_name_says():
    at = planted()
    makes = arms_of(at, Settings([1, 2], 2, [0, 1]), "tested")
    added = {arm: {one: (make(one).double() - at.base[one].double()) for one in at.base} for arm, make in makes.items()}
    for one in at.base:
        whole, projected = at.difference(one), at.directions.projected(at.difference(one), 2)
        for arm, by_prompt in added.items():
            everywhere = arm in (TUNED_STATE, ALL) or arm.endswith("all positions")
            assert by_prompt[one][:-1].any() == everywhere, arm
        last = {arm: by_prompt[one][-1] for arm, by_prompt in added.items()}
        near = {"atol": 1e-5, "rtol": 1e-5}
        torch.testing.assert_close(last[FULL], whole, **near)
        torch.testing.assert_close(last[FLIPPED], -whole, **near)
        torch.testing.assert_close(last[MEAN], at.directions.mean, **near)
        torch.testing.assert_close(last[of_directions(2)], projected, **near)
        torch.testing.assert_close(last[OTHER_DESCENDANT], (at.other[one] - at.base[one])[-1].double(), **near)
        for kind, aim in ((RANDOM, projected), (IN_SPAN, projected), (GAUSSIAN, whole)):
            pair = [last[seeded(kind, seed)] for seed in (0, 1)]
            torch.testing.assert_close(torch.stack([one.norm() for one in pair]), aim.norm().repeat(2), **near)
            assert not torch.allclose(*pair, **near)
        span = at.directions.axes[:2]
        torch.testing.assert_close(last[seeded(IN_SPAN, 0)] @ span.T @ span, last[seeded(IN_SPAN, 0)], **near)
        outside = last[seeded(RANDOM, 0)]
        assert not torch.allclose(outside @ span.T @ span, outside, **near)


def test_another_event_is_one_of_the_others_and_each_is_used_once():
    at = planted()
    make = arms_of(at, Settings([1], 1, [0]), "tested")[OTHER_EVENT]
    donors = {}
    for one in at.base:
        added = (make(one) - at.base[one])[-1]
        distances = {other: (added - at.difference(other)).abs().max().item() for other in at.base}
        donors[one] = min(distances, key=distances.get)
        assert distances[donors[one]] < 1e-5
    assert sorted(donors.values()) == sorted(at.base)
    assert all(one != donor for one, donor in donors.items())


def test_a_single_event_has_no_other():
    at = planted(count=1)
    assert OTHER_EVENT not in arms_of(at, Settings([1], 1, [0]), "tested")


class Linear(nn.Module):
    """A late stack that is linear in the last position's state."""

    def __init__(self, width):
        super().__init__()
        self.weight = torch.randn(width, width, generator=torch.Generator().manual_seed(9))

    def forward(self, inputs_embeds, use_cache):  # noqa: ARG002 - as late halves are called
        return SimpleNamespace(last_hidden_state=inputs_embeds @ self.weight)


def without_norm(width):
    """A readout of which the logits are the state."""
    unembedding = nn.Linear(width, width, bias=False)
    nn.init.eye_(unembedding.weight)
    return Readout(nn.Identity(), unembedding, torch.ones(width, dtype=torch.bool), None)


def linear_study(at):
    described = {"pair": "planted", "base_token": 1, "tuned_token": 2, "step": 0}
    events = pd.DataFrame([described | {"prompt_id": one, "context": [0, 0, 0]} for one in at.base])
    return SimpleNamespace(halves={1: Linear(6)}, readout=without_norm(6), known={1: at}, held_out=events)


def test_a_flipped_difference_closes_as_much_less_in_a_linear_late_stack(measure_moved):
    found = measure_moved(linear_study(planted()), 1, settings=Settings([1, 2], 2, [0]))
    floor, full, flipped = (of(found, arm)["margin_float32"] for arm in (BASE_STATE, FULL, FLIPPED))
    assert (full - floor).tolist() == pytest.approx((floor - flipped).tolist(), abs=1e-5)
    assert (full - floor).abs().min() > 0.01


def test_a_margin_that_is_not_finite_stops_with_event_and_arm_named(measure_moved):
    at = planted()
    at.tuned["p2"][-1, 0] = float("inf")
    with pytest.raises(MeasurementError, match=r"event of prompt 'p2, tuned upstream': the margin of cell"):
        measure_moved(linear_study(at), 1, settings=Settings([1], 1, [0]))


def test_boundaries():
    assert measured_boundaries(5, 3, "every") == [1, 2, 3, 4]
    assert measured_boundaries(5, 3, [4, 1]) == [1, 3, 4]
    with pytest.raises(ConfigError, match="closure/boundaries asks for boundary 5 of 5 blocks; it must be 4 at most"):
        measured_boundaries(5, 3, [1, 5])
