"""Means over the steps of every history under every arm, as batches bring them, and the tables that they become."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Shaped

from crosspatch.errors import MeasurementError
from crosspatch.records.histories import LENSES

READ, WRITTEN, CHOSEN = "readings", "writes", "choices"
AXES: Final = {READ: ("block", "lens"), WRITTEN: ("block",), CHOSEN: ()}
"""Kinds of tables, and what their means are by, besides the history and the arm."""
Means = Mapping[str, Shaped[np.ndarray, "history ..."]]


class Found:
    """Means of every history under every arm; an arm has several names where windows are of the same blocks."""

    def __init__(self, histories: Sequence[str], arms: Sequence[Sequence[str]]) -> None:
        self.histories, self.arms = histories, arms
        self.is_run = np.zeros((len(histories), len(arms)), dtype=bool)
        self._values: dict[str, dict[str, Shaped[np.ndarray, "history arm ..."]]] = {kind: {} for kind in AXES}

    def put(self, rows: Sequence[int], arm: int, kinds: Mapping[str, Means]) -> None:
        """Take the means of some histories under one arm."""
        self.is_run[rows, arm] = True
        for kind, means in kinds.items():
            for name, values in means.items():
                empty = np.zeros((*self.is_run.shape, *values.shape[1:]), dtype=values.dtype)
                self._values[kind].setdefault(name, empty)[rows, arm] = values

    def table(self, kind: str, axes: Sequence[str]) -> pd.DataFrame:
        """Return the rows of one kind: histories in their order, in each the names of arms, then the axes.

        Histories have no rows under arms that were not run on them. MeasurementError, naming the history and the arm,
        if a mean is not finite.
        """
        places = [place for place, names in enumerate(self.arms) for _ in names]
        wanted = self.is_run[:, places]
        values = {name: one[:, places][wanted] for name, one in self._values[kind].items()}
        shape = next(iter(values.values())).shape[1:]
        named = {"block": range(shape[0]), "lens": LENSES} if axes else {}
        return _finite(_laid(self._key(wanted), {axis: named[axis] for axis in axes}, values))

    def _key(self, wanted: Shaped[np.ndarray, "history name"]) -> dict[str, Shaped[np.ndarray, " row"]]:
        histories, arms = np.nonzero(wanted)
        names = np.array([name for own in self.arms for name in own], dtype=object)
        return {"prompt_id": np.array(self.histories, dtype=object)[histories], "arm": names[arms]}


def _laid(
    key: Mapping[str, Shaped[np.ndarray, " row"]], axes: Mapping[str, Sequence[Any]], values: Means
) -> pd.DataFrame:
    """Lay values [row, *axes] out as rows, with columns for the key of each and each axis."""
    if not axes:
        return pd.DataFrame({**key, **values})
    places = pd.MultiIndex.from_product(axes.values(), names=list(axes)).to_frame(index=False)
    rows = len(key["arm"])
    columns = {name: np.repeat(one, len(places)) for name, one in key.items()}
    columns |= {name: np.tile(places[name], rows) for name in places}
    return pd.DataFrame(columns | {name: one.reshape(-1) for name, one in values.items()})


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table; MeasurementError, naming the first, if a quantity is not finite."""
    strange = ~np.isfinite(table.select_dtypes("floating"))
    if strange.to_numpy().any():
        row = table[strange.any(axis=1)].iloc[0]
        column = strange.columns[strange.loc[row.name]][0]
        raise MeasurementError(
            f"history of prompt {row['prompt_id']!r}, arm {row['arm']!r}: {column} is {row[column]}; check the weights "
            "of both checkpoints and their lenses"
        )
    return table
