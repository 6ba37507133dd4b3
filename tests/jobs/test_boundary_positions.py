"""Which positions of boundary states are kept."""

import torch

from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.boundaries import LAST_POSITION, capture_every_boundary
from crosspatch.models.halves import load_upstream


def test_last_positions_are_those_of_each_context_and_no_more_is_kept(llama, placement):
    events, half = llama.usable, load_upstream(llama.folders["tuned"], 3, placement)
    plans = (plan_batches(events["context"].map(len).tolist(), plan=plan, tokens=256) for plan in ("exact", "padded"))
    for batches in plans:
        whole = capture_every_boundary(half, [1, 3], events, batches, device="cpu")
        last = capture_every_boundary(half, [1, 3], events, batches, positions=LAST_POSITION, device="cpu")
        for boundary, states in whole.items():
            assert {len(state) for state in last[boundary].values()} == {1}
            assert all(torch.equal(last[boundary][name], state[-1:]) for name, state in states.items())
