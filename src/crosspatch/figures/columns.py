"""What a figure or a table asks of the table it is made from."""

import pandas as pd

from crosspatch.errors import TableError


def need_columns(frame: pd.DataFrame, columns: list[str], wanted_by: str, remedy: str) -> None:
    """Raise TableError, naming figure or table and remedy, if `frame` is empty or lacks one of `columns`."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise TableError(f"{wanted_by}: the table lacks the columns {missing}; {remedy}")
    if frame.empty:
        raise TableError(f"{wanted_by}: the table has no rows; {remedy}")
