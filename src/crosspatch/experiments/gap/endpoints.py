"""The steps of a reading as rows with where they end and how far their blocks are from there, for matching."""

from typing import Final

import numpy as np
import pandas as pd

from crosspatch.experiments.gap.blocks import block_readings, final_rows
from crosspatch.experiments.gap.quantities import region_quantities
from crosspatch.records.histories import RAW_LENS, TUNED_LENS

COVARIATES: Final = ("entropy", "top_probability", "top_margin")
"""What endpoints are matched on, all of the final prediction: entropy and log probability of the first less that of the
second token (nats), and the probability of the first."""
OUTCOMES: Final = {
    RAW_LENS: ("gap_final_half", "gap_final_fifth", "remaining_js_final_fifth", "future_flips_final_fifth"),
    TUNED_LENS: ("gap_final_half", "gap_final_fifth"),
}
"""Quantities that are compared at equal endpoints, by lens."""


def endpoint_rows(readings: pd.DataFrame) -> pd.DataFrame:
    """Return a row per step of one reading: prompt_id, step, COVARIATES, and each outcome as `LENS OUTCOME`."""
    ends = final_rows(readings)
    chances = np.exp(ends["top_log_probability"].to_numpy(dtype=np.float64))
    rows = ends[["prompt_id", "step", "entropy", "top_margin"]].assign(top_probability=chances)
    for lens, names in OUTCOMES.items():
        outcomes = region_quantities(block_readings(readings, lens))[list(names)]
        rows = rows.join(outcomes.add_prefix(f"{lens} "))
    return rows
