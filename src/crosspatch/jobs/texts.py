"""Tables of texts that checkpoints are trained on and looked at with, by their kind."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from crosspatch.files.tables import read_table

_READERS: Mapping[str, Callable[[Path], pd.DataFrame]] = {
    "documents": lambda path: read_table(path, "documents"),
    "instructions": lambda path: read_table(path, "instructions"),
    "preferences": lambda path: read_table(path, "preferences"),
    "exam": lambda path: read_table(path, "exam"),
    "corpus": lambda path: read_table(path, "corpus"),
}
"""By kind; each kind is written out, since code digests know a module's schemas by the words it reads with."""


def read_texts(paths: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Return tables by kind, which is the name of the file; TableError if one is damaged or does not fit its schema."""
    return {path.stem: _READERS[path.stem](path) for path in paths}
