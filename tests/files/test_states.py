"""Boundary states in one file, read one event at a time."""

import pytest
import torch

from crosspatch.errors import TableError
from crosspatch.files.states import StateFile, write_states


@pytest.fixture
def states():
    generator = torch.Generator().manual_seed(0)
    return {
        "p0": torch.randn(5, 4, generator=generator),
        "with space/and slash": torch.randn(1, 4, generator=generator),
        "half": torch.randn(3, 4, generator=generator).bfloat16(),
        "turned": torch.randn(4, 6, generator=generator).T,
    }


@pytest.mark.filterwarnings("error")
def test_states_come_back_bit_for_bit(states, tmp_path):
    path = tmp_path / "deep" / "boundary.safetensors"
    write_states(states, path)
    with StateFile(path) as read:
        assert set(read) == set(states)
        assert len(read) == 4
        for prompt_id, state in states.items():
            assert read[prompt_id].dtype == state.dtype
            assert torch.equal(read[prompt_id], state)
    assert [entry.name for entry in path.parent.iterdir()] == ["boundary.safetensors"]


def test_the_same_states_give_the_same_bytes(states, tmp_path):
    write_states(states, tmp_path / "one")
    write_states(dict(reversed(states.items())), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_a_file_cut_short_is_refused(states, tmp_path, keep):
    path = tmp_path / "boundary.safetensors"
    write_states(states, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(
        TableError, match=r"boundary.safetensors: not a whole safetensors file \(.*\); delete it and run"
    ):
        StateFile(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TableError, match="not a whole safetensors file"):
        StateFile(tmp_path / "absent.safetensors")
