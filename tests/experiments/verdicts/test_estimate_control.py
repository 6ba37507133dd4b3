"""What stands beside a control's arms: the first divergences, in rollouts cut like the control's."""

import pytest

from crosspatch.experiments.verdicts.estimate_control import with_reference
from crosspatch.statistics.arms import estimate_arms
from crosspatch.statistics.plan import Plan


def events(make_cells, pair, *steps_and_interactions):
    return make_cells(
        [
            {"prompt_id": f"p{number}", "step": step, "margins": (0.0, 0.0, 0.0, interaction)}
            for number, (step, interaction) in enumerate(steps_and_interactions)
        ],
        pair,
    )


@pytest.fixture
def own(make_cells):
    """First divergences of two families; one event of each is at the 64th token or later, of no family at another."""
    return {
        "one": events(make_cells, "one", (0, 1.0), (63, 3.0), (64, 9.0)),
        "two": events(make_cells, "two", (2, 4.0), (127, 10.0)),
    }


@pytest.fixture
def arms(make_cells):
    made = {"one": events(make_cells, "one", (5, 1.0), (6, 2.0)), "two": events(make_cells, "two", (7, 1.0))}
    return {pair: cells.assign(control="selection", arm="base path") for pair, cells in made.items()}


@pytest.mark.parametrize(
    ("limits", "interactions", "retention"),
    [
        ({"rollout_tokens": 64}, {"one": 2.0, "two": 4.0}, {"one": 0.75, "two": 0.25}),  # of p0 and p1; of p0
        ({}, {"one": 13 / 3, "two": 7.0}, {"one": 1.5 / (13 / 3), "two": 1 / 7}),  # of every prompt
    ],
)
def test_the_reference_is_cut_like_the_rollouts_of_the_control(own, arms, limits, interactions, retention):
    frames = {pair: with_reference(own[pair], arms[pair], limits) for pair in own}
    rows = estimate_arms(frames, list(own), Plan("selection", 1, 20, 0.95))
    rows = rows[(rows["precision"] == "float32") & (rows["method"] == "prompt")].set_index(["effect", "arm", "scope"])[
        "value"
    ]
    for pair, value in interactions.items():
        assert rows["interaction", "first divergence", pair] == pytest.approx(value)
        assert rows["retention", "base path", pair] == pytest.approx(retention[pair])
