"""Mean margin of each of the four cells."""

import pandas as pd

MARGINS = {"margin_float32": "float32", "margin_checkpoint": "checkpoint"}


def average_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the mean margin per pair, upstream, late, readout and precision, in logits, with its number of events."""
    keys = ["pair", "upstream", "late", "readout"]
    long = cells.melt(id_vars=keys, value_vars=list(MARGINS), var_name="precision", value_name="margin")
    long["precision"] = long["precision"].map(MARGINS)
    means = long.groupby([*keys, "precision"], sort=False)["margin"].agg(value="mean", n_events="size")
    return means.reset_index()
