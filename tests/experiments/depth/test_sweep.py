"""The sweep over boundaries: each boundary as if it were the only one."""

import pandas as pd
import pytest
import torch

from crosspatch.errors import CheckpointError
from crosspatch.experiments.depth.sweep import measure_crossed_cells
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.boundaries import capture_every_boundary
from crosspatch.jobs.cells import capture_boundary_states, measure_late_cells
from crosspatch.models.halves import load_late, load_late_halves, load_upstream
from crosspatch.models.readout import load_readout

BOUNDARIES = (1, 3, 4)


@pytest.fixture
def planned(pair):
    return plan_batches(pair.usable["context"].map(len).tolist(), plan="exact", tokens=128)


def test_one_pass_captures_what_a_pass_for_each_boundary_does(pair, planned, placement):
    folder = pair.folders["base"]
    swept = capture_every_boundary(
        load_upstream(folder, max(BOUNDARIES), placement), BOUNDARIES, pair.usable, planned, device="cpu"
    )
    assert tuple(swept) == BOUNDARIES
    for boundary, found in swept.items():
        alone = capture_boundary_states(load_upstream(folder, boundary, placement), pair.usable, planned, device="cpu")
        assert found.keys() == alone.keys()
        assert all(torch.equal(found[prompt_id], state) for prompt_id, state in alone.items())


def test_crossed_cells_are_those_of_the_factorial_at_every_boundary(pair, planned, placement, tokenizer):
    readouts = {side: load_readout(folder, tokenizer, placement) for side, folder in pair.folders.items()}
    captured = {
        side: capture_every_boundary(
            load_upstream(folder, max(BOUNDARIES), placement), BOUNDARIES, pair.usable, planned, device="cpu"
        )
        for side, folder in pair.folders.items()
    }
    states = {boundary: {side: captured[side][boundary] for side in captured} for boundary in BOUNDARIES}
    common = {"device": "cpu"}
    halves = load_late_halves(pair.folders["tuned"], BOUNDARIES, placement)
    swept = measure_crossed_cells(halves, "tuned", states, readouts, pair.usable, planned, **common)
    assert set(swept["upstream"]) == {"base"}
    unpatched = []
    for boundary in BOUNDARIES:
        half = load_late(pair.folders["tuned"], boundary, placement)
        cells = measure_late_cells(half, "tuned", states[boundary], readouts, pair.usable, planned, **common)
        crossed = cells[cells["upstream"] == "base"].reset_index(drop=True)
        found = swept[swept["boundary"] == boundary].drop(columns="boundary").reset_index(drop=True)
        pd.testing.assert_frame_equal(found, crossed, check_exact=True)
        unpatched.append(cells[cells["upstream"] == "tuned"].drop(columns="donor_distance").reset_index(drop=True))
    for other in unpatched[1:]:  # the unpatched cell does not depend on where the stack is cut
        pd.testing.assert_frame_equal(other, unpatched[0], check_exact=True)


def test_a_boundary_outside_the_stack_is_refused(llama, placement):
    with pytest.raises(CheckpointError, match=r"boundary 5 is outside the stack; it must be 1..4"):
        load_late_halves(llama.folders["base"], (2, 5), placement)
