"""A full disk, a read-only disk, a closed folder: one clear error each, and nothing half-written."""

import os
from contextlib import contextmanager

import pandas as pd
import pytest
import torch

from crosspatch.errors import StorageError
from crosspatch.files.atomic import whole_file, whole_files, write_text
from crosspatch.files.states import write_states
from crosspatch.files.tables import write_table
from lifetimes import output_of

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
DOCUMENTS = pd.DataFrame(
    {"document": range(4000), "kind": "noise", "text": [os.urandom(64).hex() for _ in range(4000)]}
)


@contextmanager
def small_disk(folder, options):
    folder.mkdir()
    output_of(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder])
    try:
        yield folder
    finally:
        output_of(["umount", folder])


WRITERS = {
    "table": lambda path: write_table(DOCUMENTS, path, "documents"),
    "states": lambda path: write_states({"p": torch.randn(400, 256)}, path),
    "text": lambda path: write_text(path, "x" * 300_000),
}


@needs_root
@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disk_is_named_and_leaves_nothing(kind, tmp_path):
    with small_disk(tmp_path / "disk", "size=128k") as disk:
        with pytest.raises(StorageError, match=r"out was not written: the disk is full; free some space and run again"):
            WRITERS[kind](disk / "out")
        assert list(disk.iterdir()) == []


@needs_root
@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disk_keeps_the_file_that_was_there(kind, tmp_path):
    with small_disk(tmp_path / "disk", "size=128k") as disk:
        (disk / "out").write_text("before")
        with pytest.raises(StorageError, match="the disk is full"):
            WRITERS[kind](disk / "out")
        assert (disk / "out").read_text() == "before"


@needs_root
@pytest.mark.parametrize("kind", WRITERS)
def test_a_read_only_disk_is_named(kind, tmp_path):
    named = pytest.raises(StorageError, match="the file system is read-only; name a folder that can be written")
    with small_disk(tmp_path / "disk", "ro,size=128k") as disk, named:
        WRITERS[kind](disk / "out")


@needs_root
def test_a_checkpoint_that_does_not_fit_leaves_no_file(tmp_path, make_model, tokenizer):
    from crosspatch.files.saving import save_checkpoint

    with small_disk(tmp_path / "disk", "size=64k") as disk:
        with pytest.raises(StorageError, match="was not written: the disk is full"):
            save_checkpoint(make_model("llama"), tokenizer, disk, name="big", origin={"source": "pretraining"}, card="")
        assert list(disk.iterdir()) == []


def test_a_writer_that_fails_removes_its_scratch_and_raises_its_own_error(tmp_path):
    (tmp_path / "out").write_text("before")

    def fail():
        with whole_file(tmp_path / "out") as scratch:
            scratch.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_several_files_appear_together_or_not_at_all(tmp_path):
    def fail():
        with whole_files(tmp_path / "folder") as scratch:
            (scratch / "one").write_text("1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list((tmp_path / "folder").iterdir()) == []
    with whole_files(tmp_path / "folder") as scratch:
        (scratch / "one").write_text("1")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["one"]


def test_another_error_of_the_system_is_not_renamed(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(IsADirectoryError):
        write_text(tmp_path / "out", "text")
