"""Effects of measured cells, by name, one value per event."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crosspatch.measures.effects import CELLS, CONTRASTS, contrasts_of_cells
from crosspatch.models.miniature.shapes import ARCHITECTURES

MARGINS = ("margin_float32", "margin_checkpoint")
COARSE = ("llama in bfloat16", "gemma3 in bfloat16")


@pytest.fixture(scope="session", params=[*ARCHITECTURES, "gemma3_multimodal", *COARSE])
def pair(request, make_pair, convert_pair):
    name, *dtype = request.param.split(" in ")
    return convert_pair(name, dtype=dtype[0]) if dtype else make_pair(name)


@pytest.fixture(scope="session")
def effects_of() -> Callable[..., dict[str, np.ndarray]]:
    """Return a function from cells, a readout and a margin column to {effect: values of the events by prompt id}."""

    def effects(cells: pd.DataFrame, readout: str = "common_tuned", margin: str = MARGINS[0]) -> dict[str, Any]:
        rows = cells[cells["readout"] == readout]
        wide = rows.pivot_table(index="prompt_id", columns=["upstream", "late"], values=margin).sort_index()
        values = contrasts_of_cells(wide[list(CELLS)].to_numpy(dtype=float))
        return dict(zip(CONTRASTS, values.T, strict=True))

    return effects
