"""What the arms of hybrid states say of single prompts: how the late effect follows the dose, how far it is moved."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Shaped
from scipy import stats

from crosspatch.measures.effects import contrast_of_cells
from crosspatch.records.arms import ALL_DRAWS
from crosspatch.statistics.cells_array import PairCells, pair_cells


def slopes(
    doses: Float[np.ndarray, " dose"], values: Float[np.ndarray, "dose event view"]
) -> Float[np.ndarray, "event view"]:
    """Return the least-squares slope of the values over the doses."""
    centred = doses - doses.mean()
    slope: Float[np.ndarray, "event view"] = np.tensordot(centred / (centred @ centred), values, axes=1)
    return slope


def never_falls(values: Float[np.ndarray, "dose event view"]) -> Bool[np.ndarray, "event view"]:
    """Return whether no value is below that of the dose before it."""
    rising: Bool[np.ndarray, "event view"] = np.diff(values, axis=0).min(axis=0) >= 0
    return rising


def rank_correlations(values: Float[np.ndarray, "dose event view"]) -> Float[np.ndarray, "event view"]:
    """Return Spearman's correlation of the values with rising doses; 0 where all values are the same."""
    ranks = stats.rankdata(values, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    doses = np.arange(len(values)) - (len(values) - 1) / 2
    scale = np.sqrt((doses @ doses) * (ranks**2).sum(axis=0))
    together = np.tensordot(doses, ranks, axes=1)
    correlations: Float[np.ndarray, "event view"] = np.zeros_like(together)
    np.divide(together, scale, out=correlations, where=scale > 0)
    return correlations


def dose_values(cells: pd.DataFrame, arms: Mapping[str, float]) -> pd.DataFrame:
    """Return the `control_values` of the late effect over the tuned share of the upstream state, by {arm: share}.

    Per event and view: `slope` (least squares, logits per unit of share), `positive_slope` and `monotone` (0 or 1; the
    late effect does not fall from a share to the next) and `rank_correlation` (Spearman).
    """
    rising = dict(sorted(arms.items(), key=lambda arm: arm[1]))
    parts = [pair_cells(cells[cells["arm"] == arm]) for arm in rising]
    late_effects = np.stack([contrast_of_cells(part.margins, "matched") for part in parts])
    slope = slopes(np.array(list(rising.values()), dtype=np.float64), late_effects)
    quantities = {
        "slope": slope,
        "positive_slope": slope > 0,
        "monotone": never_falls(late_effects),
        "rank_correlation": rank_correlations(late_effects),
    }
    return _value_rows(parts[0], "tuned shares", quantities)


def displacement_values(cells: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return the `control_values` of how far random displacements move the late effect, in logits, over all arms.

    Per event and view: the mean `signed_displacement`, the mean `absolute_displacement` (of each arm's absolute value,
    so never below zero, whatever the arms do), and the `interaction` and `absolute_interaction` of the pair's own
    cells, which are how far the tuned state moves it.
    """
    parts = [pair_cells(rows) for _, rows in cells.groupby("arm", sort=False)]
    moved = np.stack([contrast_of_cells(part.margins, "interaction") for part in parts])
    interaction = contrast_of_cells(pair_cells(own).margins, "interaction")
    quantities = {
        "signed_displacement": moved.mean(axis=0),
        "absolute_displacement": np.abs(moved).mean(axis=0),
        "interaction": interaction,
        "absolute_interaction": np.abs(interaction),
    }
    return _value_rows(parts[0], ALL_DRAWS, quantities)


def _value_rows(cells: PairCells, arm: str, quantities: Mapping[str, Shaped[np.ndarray, "event view"]]) -> pd.DataFrame:
    views = pd.DataFrame(cells.views, columns=["readout", "precision"])
    keys = cells.events[["prompt_id", "step"]].merge(views, how="cross").assign(pair=cells.pair, arm=arm)
    tables = (keys.assign(quantity=name, value=values.ravel().astype(float)) for name, values in quantities.items())
    return pd.concat(tables, ignore_index=True)
