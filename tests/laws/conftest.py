"""Effects of measured cells, by name, one value per event."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crosspatch.measures.effects import CELLS, CONTRASTS, contrasts_of_cells

MARGINS = ("margin_float32", "margin_checkpoint")


@pytest.fixture(scope="session")
def effects_of() -> Callable[..., dict[str, np.ndarray]]:
    """Return a function from cells, a readout and a margin column to {effect: values of the events by prompt id}."""

    def effects(cells: pd.DataFrame, readout: str = "common_tuned", margin: str = MARGINS[0]) -> dict[str, Any]:
        rows = cells[cells["readout"] == readout]
        wide = rows.pivot_table(index="prompt_id", columns=["upstream", "late"], values=margin).sort_index()
        values = contrasts_of_cells(wide[list(CELLS)].to_numpy(dtype=float))
        return dict(zip(CONTRASTS, values.T, strict=True))

    return effects
