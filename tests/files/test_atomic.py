"""A file is the old one or the new one, whatever happens to its writer."""

import errno
import signal
import sys

import pytest

from crosspatch.errors import StorageError
from crosspatch.files.atomic import whole_file, whole_files, write_text
from lifetimes import run

KILLED = """
import os, signal, sys
from pathlib import Path
from crosspatch.files.atomic import {writer}
with {writer}(Path(sys.argv[1])) as scratch:
    target = scratch / "a.txt" if scratch.is_dir() else scratch
    target.write_text("new, and all of it is on disk")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def write_and_raise(path, error):
    with whole_file(path) as scratch:
        scratch.write_text("half of")
        raise error


def write_folder_and_raise(folder, error):
    with whole_files(folder) as scratch:
        assert names(scratch) == []
        (scratch / "file.txt").write_text("half of")
        raise error


def killed_while_writing(writer, path):
    done = run([sys.executable, "-c", KILLED.format(writer=writer), path])
    assert done.returncode == -signal.SIGKILL


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "folder" / "file.txt"
    write_text(path, "old")
    return path


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_replaced(path):
    write_text(path, "n\u00e9w")
    assert path.read_text(encoding="utf-8") == "n\u00e9w"
    assert names(path.parent) == ["file.txt"]


def test_a_writer_killed_before_the_rename_leaves_the_old_file(path):
    killed_while_writing("whole_file", path)
    assert path.read_text() == "old"
    assert names(path.parent) == [".file.txt.partial", "file.txt"]
    write_text(path, "next")
    assert (path.read_text(), names(path.parent)) == ("next", ["file.txt"])


def test_a_writer_killed_before_the_rename_leaves_no_new_file(tmp_path):
    killed_while_writing("whole_file", tmp_path / "file.txt")
    assert names(tmp_path) == [".file.txt.partial"]


def test_a_writer_that_fails_leaves_the_old_file_and_no_scratch(path):
    with pytest.raises(KeyboardInterrupt):
        write_and_raise(path, KeyboardInterrupt())
    assert (path.read_text(), names(path.parent)) == ("old", ["file.txt"])


def test_a_folder_of_files_is_published_whole(path):
    folder = path.parent
    with whole_files(folder) as scratch:
        (scratch / "file.txt").write_text("new")
        (scratch / "other.txt").write_text("more")
        assert path.read_text() == "old"
    assert (path.read_text(), names(folder)) == ("new", ["file.txt", "other.txt"])


def test_a_killed_or_failed_writer_of_a_folder_leaves_its_files(path):
    folder = path.parent
    killed_while_writing("whole_files", folder)
    assert (path.read_text(), names(folder)) == ("old", [".partial", "file.txt"])
    with pytest.raises(KeyboardInterrupt):
        write_folder_and_raise(folder, KeyboardInterrupt())
    assert (path.read_text(), names(folder)) == ("old", ["file.txt"])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full; free some space and run again"),
        (OSError(errno.EROFS, "Read-only file system"), "the file system is read-only; name a folder that can"),
        (OSError("write failed: Disk quota exceeded"), "the quota is used up; free some space and run again"),
    ],
)
def test_a_disk_that_refuses_is_named_with_the_remedy(path, error, said):
    with pytest.raises(StorageError, match=f"file.txt was not written: {said}"):
        write_and_raise(path, error)
    assert (path.read_text(), names(path.parent)) == ("old", ["file.txt"])


def test_other_errors_pass_through(path):
    with pytest.raises(FileNotFoundError, match="elsewhere"):
        write_and_raise(path, FileNotFoundError(errno.ENOENT, "elsewhere"))
