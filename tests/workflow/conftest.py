"""Own copies of the finished smoke study, to edit."""

import shutil
from collections.abc import Iterator

import pytest

from smoke_runs import Checkout


@pytest.fixture(scope="module")
def copied(first: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy of the finished study."""
    folder = tmp_path_factory.mktemp("finished") / "checkout"
    shutil.copytree(first.folder, folder)
    return Checkout(folder)


@pytest.fixture
def checkout(copied: Checkout) -> Iterator[Checkout]:
    """A copy of the finished study whose edits are undone after the test."""
    yield copied
    copied.restore()
