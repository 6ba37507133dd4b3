"""Files that are either whole or absent."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crosspatch.errors import StorageError

_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the quota is used up; free some space",
    errno.EROFS: "the file system is read-only; name a folder that can be written",
    errno.EACCES: "the folder may not be written; correct its permissions",
}


@contextmanager
def whole_file(path: Path, *errors: type[Exception]) -> Iterator[Path]:
    """Yield a scratch path beside `path`; on success sync it to disk and rename it to `path`, on failure remove it.

    A reader sees the old file or the new one. A writer that is killed leaves only a hidden `.NAME.partial`,
    which no reader opens and the next writer replaces. StorageError, with the remedy, if the disk refuses; `errors` are
    those by which a library that writes the file says so, besides OSError.
    """
    scratch = path.parent / f".{path.name}.partial"
    with storage_errors(path, *errors):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield scratch
            _publish(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)


@contextmanager
def whole_files(folder: Path, *errors: type[Exception]) -> Iterator[Path]:
    """Yield a scratch folder; on success move its files to `folder`, each whole, on failure remove it."""
    scratch = folder / ".partial"
    with storage_errors(folder, *errors):
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            yield scratch
            for path in sorted(scratch.iterdir()):
                _publish(path, folder / path.name)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def storage_errors(path: Path, *errors: type[Exception]) -> Iterator[None]:
    """Turn a refusal of the disk (OSError, or one of `errors`) to write `path` into StorageError with its remedy."""
    try:
        yield
    except (OSError, *errors) as error:
        code = getattr(error, "errno", None) or _code_in(str(error))
        if code not in _REMEDIES:
            raise
        raise StorageError(f"{path} was not written: {_REMEDIES[code]} and run again") from error


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content`, whole or not at all."""
    with whole_file(path) as scratch:
        scratch.write_bytes(content)


def _publish(scratch: Path, path: Path) -> None:
    with scratch.open("rb+") as handle:
        os.fsync(handle.fileno())
    scratch.replace(path)


def _code_in(message: str) -> int | None:
    """Libraries that write outside Python put the system's words, but not its number, into the error."""
    return next((code for code in _REMEDIES if os.strerror(code) in message), None)
