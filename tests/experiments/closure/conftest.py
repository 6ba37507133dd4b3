"""Pairs whose closures are measured, in float32 and, of another family, in bfloat16."""

from types import SimpleNamespace

import pytest

from crosspatch.experiments.closure.captured import capture_states, directions_between
from crosspatch.experiments.closure.moved_margins import measure_boundary
from crosspatch.experiments.closure.moved_states import Boundary, Settings
from crosspatch.experiments.closure.split import split_events
from crosspatch.models.halves import load_late_halves, load_upstream
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer

SETTINGS = Settings([1, 2, 16], 2, [0, 1])
PLAN = {"plan": "exact", "tokens": 128}


@pytest.fixture(scope="session")
def prepare(placement):
    """Return a function from a pair and boundaries to the events, and what is known at each boundary."""

    def run(pair, boundaries=None):
        boundaries = boundaries or [pair.boundary]
        parts = split_events(pair.events, 0.5, 1)
        captured = {
            side: capture_states(
                load_upstream(folder, max(boundaries), placement), boundaries, parts, PLAN, device="cpu"
            )
            for side, folder in pair.folders.items()
        }
        (base_last, base), (tuned_last, tuned) = captured["base"], captured["tuned"]
        at = {
            one: Boundary(base[one], tuned[one], directions_between(base_last[one], tuned_last[one]))
            for one in boundaries
        }
        readout = load_readout(pair.folders["tuned"], load_tokenizer(pair.folders["tuned"]), placement)
        halves = load_late_halves(pair.folders["tuned"], boundaries, placement)
        return SimpleNamespace(fitted=parts[0], held_out=parts[1], known=at, readout=readout, halves=halves, pair=pair)

    return run


@pytest.fixture(scope="session")
def measure_moved():
    """Return a function from what was prepared and a boundary to margins by prompt and arm."""

    def run(study, boundary, *, events=None, plan=PLAN, settings=SETTINGS, at=None):
        events = study.held_out if events is None else events
        return measure_boundary(
            study.halves[boundary], study.readout, at or study.known[boundary], settings, events, plan,
            words=("tested", boundary), device="cpu",
        )  # fmt: skip

    return run


@pytest.fixture(scope="session", params=[("llama", "float32"), ("olmo2", "bfloat16"), ("qwen2", "float32")])
def study(request, make_pair, convert_pair, prepare):
    """What is prepared of one family at its boundary; families differ in dtype, norms and biases."""
    architecture, dtype = request.param
    return prepare(make_pair(architecture) if dtype == "float32" else convert_pair(architecture))
