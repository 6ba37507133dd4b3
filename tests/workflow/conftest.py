"""Own copies of the finished smoke study, to edit."""

import shutil
from collections.abc import Iterator

import pytest

from smoke_runs import Checkout

STATES = "results/smoke/factorial/*/boundary_*.safetensors"  # removed by an ordinary run, kept by --notemp


@pytest.fixture(scope="module")
def copied(first: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy of the finished study as an ordinary run leaves it."""
    folder = tmp_path_factory.mktemp("finished") / "checkout"
    shutil.copytree(first.folder, folder)
    for states in folder.glob(STATES):
        states.unlink()
    return Checkout(folder)


@pytest.fixture
def checkout(copied: Checkout) -> Iterator[Checkout]:
    """A copy of the finished study whose edits are undone after the test."""
    yield copied
    copied.restore()
