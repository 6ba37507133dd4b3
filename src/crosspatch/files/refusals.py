"""What a job refused for good, in a hidden file beside its log; Snakemake removes the log before each attempt."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from crosspatch.errors import CrosspatchError, RefusedBeforeError


@contextlib.contextmanager
def refused_once(log: Path, *, attempt: int) -> Iterator[None]:
    """Note a final refusal for the attempts that follow the first; RefusedBeforeError at once in those."""
    note = log.with_name(f".{log.name}.refused")
    if attempt == 1:
        note.unlink(missing_ok=True)
    elif note.is_file():
        raise RefusedBeforeError(f"refused before, and not tried again: {note.read_text(encoding='utf-8')}")
    try:
        yield
    except CrosspatchError as error:
        if error.final:
            note.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        raise
