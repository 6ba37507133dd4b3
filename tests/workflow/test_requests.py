"""What jobs ask a cluster for, by hand."""

import pytest
from snakemake.iocontainers import Wildcards

from crosspatch.workflow.requests import Requests

CONFIG = {
    "studies": {"large": {"engine": {"gpus": 1}}, "miniature": {"engine": {}}},
    "pairs": {"mixed": {"base": "eight", "tuned": "ten"}, "small": {"base": "trained", "tuned": "trained"}},
    "checkpoints": {
        "eight": {"source": "hub", "billions": 8},
        "ten": {"source": "folder", "billions": 10},
        "trained": {"source": "pretraining"},
    },
}
requests = Requests(CONFIG)


def of(**names: str) -> Wildcards:
    return Wildcards(fromdict=names)


def test_the_engine_of_the_study_says_how_many_gpus():
    assert requests.gpus(of(study="large", pair="mixed")) == 1
    assert requests.gpus(of(study="miniature", pair="small")) == 0


def test_a_job_with_a_gpu_has_four_cores():
    assert requests.cores(of(study="large", pair="mixed")) == 4
    assert requests.cores(of(study="miniature", pair="small")) == 1


@pytest.mark.parametrize(
    ("names", "megabytes", "minutes"),
    [
        ({"checkpoint": "trained"}, 4000, 30),
        ({"checkpoint": "eight"}, 24000, 78),  # 4 GB and 2.5 GB a billion; 30 minutes and 6 a billion
        ({"pair": "mixed"}, 29000, 90),  # the larger side
        ({"pair": "mixed", "side": "base"}, 29000, 90),
        ({"pair": "small"}, 4000, 30),
    ],
)
def test_memory_and_minutes_follow_the_size_and_grow_with_the_attempt(names, megabytes, minutes):
    for attempt in (1, 2, 3):
        assert requests.memory(of(**names), attempt) == attempt * megabytes
        assert requests.minutes(of(**names), attempt) == attempt * minutes


def test_a_fraction_of_a_billion_gives_whole_numbers():
    halves = Requests({**CONFIG, "checkpoints": {"some": {"source": "hub", "billions": 7.3}}})
    assert halves.memory(of(checkpoint="some"), 1) == 22250
    assert halves.minutes(of(checkpoint="some"), 1) == 74
    assert isinstance(halves.minutes(of(checkpoint="some"), 1), int)
