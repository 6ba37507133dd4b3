"""Rows of a `control_values` table: one quantity of one arm at every event."""

import numpy as np
import pandas as pd
from jaxtyping import Float


def value_rows(
    events: pd.DataFrame,
    arm: str,
    quantity: str,
    values: Float[np.ndarray, " event"],
    *,
    readout: str | None,
    precision: str | None,
) -> pd.DataFrame:
    """Return the values of one quantity at the events, in their order."""
    known = events[["pair", "prompt_id", "step"]].reset_index(drop=True).astype({"step": int})
    return known.assign(arm=arm, quantity=quantity, readout=readout, precision=precision, value=values)
