"""Control windows: whose token does a checkpoint pick with the other's MLPs in a window of its blocks?"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from crosspatch.experiments.windows.grafted_passes import GraftedPass
from crosspatch.experiments.windows.value_rows import value_rows
from crosspatch.records.sides import BASE, NATIVE, TUNED

LATE = "late"
DONOR = {BASE: TUNED, TUNED: BASE}


def choice_values(passes: Mapping[str, Mapping[str, GraftedPass]], events: pd.DataFrame) -> pd.DataFrame:
    """Return the `control_values` of the passes, by side of the host and window.

    Of every event: whether the hybrid picks the donor's token, the host's own or another one (1 or 0), and its margin,
    all under the host's readout (arXiv 2605.07284, table D.1, rows 1-2).
    """
    tables = [
        table
        for host, windows in passes.items()
        for window, grafted in windows.items()
        for table in _choice_tables(host, f"{host} host, {window}", grafted.choices, events)
    ]
    return pd.concat(tables, ignore_index=True)


def _choice_tables(host: str, arm: str, choices: pd.DataFrame, events: pd.DataFrame) -> Iterator[pd.DataFrame]:
    top = choices["top_token"].to_numpy()
    own, donors = (top == events[f"{side}_token"].to_numpy() for side in (host, DONOR[host]))
    picks = {"picks_donor_token": donors, "picks_host_token": own, "picks_other": ~(own | donors)}
    for quantity, picked in picks.items():
        yield value_rows(events, arm, quantity, picked.astype(np.float64), readout=NATIVE, precision="checkpoint")
    for precision in ("float32", "checkpoint"):
        margins = choices[f"margin_{precision}"].to_numpy()
        yield value_rows(events, arm, "margin", margins, readout=NATIVE, precision=precision)
