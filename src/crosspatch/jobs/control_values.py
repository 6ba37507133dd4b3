"""Quantities of a control by prompt, as rows of a `control_values` table."""

from collections.abc import Iterable

import numpy as np
import pandas as pd


def arm_rows(values: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Return a table of quantities by prompt as rows of one arm; prompts without a number are left out."""
    long = values.rename_axis("prompt_id").reset_index().melt("prompt_id", var_name="quantity")
    known: pd.DataFrame = long[np.isfinite(long["value"])].assign(arm=arm)
    return known


def as_values(parts: Iterable[pd.DataFrame], pair: str) -> pd.DataFrame:
    """Return `arm_rows` of one pair as a `control_values` table, of no step, readout and precision of their own."""
    return pd.concat(list(parts), ignore_index=True).assign(pair=pair, step=0, readout=None, precision=None)
