"""Own copies of the finished smoke study, to edit, and packages of a test's making."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from crosspatch.workflow import catalogue, closure, config, finished, ideas
from smoke_runs import Checkout

READERS = (catalogue, closure, config, finished, ideas)


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


@pytest.fixture
def experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mapping[str, str]], None]]:
    """Return a function that writes files of ideas, by path; what reads the package then finds these ideas alone."""
    monkeypatch.setattr(closure, "PACKAGE", tmp_path / "crosspatch")

    def put(written: Mapping[str, str]) -> None:
        for name, text in written.items():
            path = tmp_path / "crosspatch" / "experiments" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(text)
        forget()

    forget()
    yield put
    monkeypatch.undo()
    forget()


def forget() -> None:
    """Clear what the modules that read the package remember of it."""
    for module in READERS:
        for remembered in vars(module).values():
            if hasattr(remembered, "cache_clear"):
                remembered.cache_clear()
