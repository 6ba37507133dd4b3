"""The contrast between two groups of descendants at equal prompts, by ordinary least squares (arXiv 2605.07284, F.1).

The paper prints the estimate without an interval. Ours has one for every kind of cluster, from covariances that are
robust to them (statsmodels; t quantiles with clusters less one degrees of freedom).
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from statsmodels.formula.api import ols

from crosspatch.errors import MeasurementError
from crosspatch.measures.effects import contrast_of_cells
from crosspatch.records.estimates import CLUSTERS, COLUMNS, PROMPT
from crosspatch.statistics.cells_array import pair_cells
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.samples import clusters_of

CONTROL: Final = "contrast"
EFFECT: Final = "contrast"
FORMULAS: Final = {
    "unadjusted": "interaction ~ instructed",
    "adjusted": "interaction ~ instructed + C(category) + C(position) + C(tuned_class)",
}
"""What is regressed in each arm; `instructed` is 1 for descendants that were tuned on instructions."""
POSITIONS: Final = (-1, 0, 2, 5, np.inf)
"""Bounds of the position's bins: 0, 1-2, 3-5, 6 or later, as in the paper."""


def contrast(
    tables: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], others: Collection[str], level: float
) -> pd.DataFrame:
    """Return the `estimates` rows of the contrast, from the `control_cells` of one group and `events`, by pair.

    A row of the regression is an event of a descendant; one prompt is one cluster over all of them. Raises
    MeasurementError, naming the pairs, if one of the groups has no event.
    """
    parts = [_events(cells, events, pair not in others) for pair, (cells, events) in tables.items() if len(cells)]
    rows = pd.concat(parts, ignore_index=True)
    for instructed, kind in ((1, "that were tuned on instructions"), (0, "among the others")):
        if not (rows["instructed"] == instructed).any():
            raise MeasurementError(
                f"contrast: no event of the descendants {kind} (of {sorted(tables)}, others {sorted(others)}); "
                "leave the control out, or name descendants that part from their base"
            )
    estimates = pd.DataFrame(one for arm in FORMULAS for one in _estimates(rows, arm, level))
    return estimates[list(COLUMNS)].astype({"n_clusters": "Int64", "draws": "Int64", "seed": "Int64"})


def _events(cells: pd.DataFrame, events: pd.DataFrame, is_instructed: bool) -> pd.DataFrame:
    own = pair_cells(cells)
    known = events.set_index("prompt_id").loc[own.events["prompt_id"]]
    values = contrast_of_cells(own.margins, "interaction")
    frame = own.events.assign(
        pair=own.pair,
        instructed=int(is_instructed),
        position=pd.cut(own.events["step"], list(POSITIONS), labels=False),
        tuned_class=known["tuned_class"].to_numpy(),
        **clusters_of(own.events).loc[own.events["prompt_id"]].reset_index(drop=True),
    )
    views = [frame.assign(view=place, interaction=values[:, place]) for place in range(len(own.views))]
    whole: pd.DataFrame = pd.concat(views, ignore_index=True)
    names = pd.DataFrame(own.views, columns=["readout", "precision"])
    return whole.join(names, on="view")


def _estimates(rows: pd.DataFrame, arm: str, level: float) -> Iterator[dict[str, object]]:
    clusters: Mapping[str, str] = {PROMPT: "prompt_id", **{scheme: scheme for scheme in CLUSTERS}}
    for (readout, precision), view in rows.groupby(["readout", "precision"], sort=False):
        counts = {
            "n_events": len(view), "n_prompts": view["prompt_id"].nunique(), "n_pairs": view["pair"].nunique(),
        }  # fmt: skip
        for method, column in clusters.items():
            value, low, high = _contrast(view, FORMULAS[arm], pd.factorize(view[column])[0], level)
            yield {
                "control": CONTROL,
                "effect": EFFECT,
                "scope": BALANCED,
                "arm": arm,
                "method": method,
                "readout": readout,
                "precision": precision,
                "level": level,
                "draws": None,
                "seed": None,
                "value": value,
                "low": low,
                "high": high,
                "n_clusters": None if method == PROMPT else view[column].nunique(),
                **counts,
            }


def _contrast(rows: pd.DataFrame, formula: str, groups: np.ndarray, level: float) -> tuple[float, float, float]:
    """Return the coefficient and its interval; none where clusters are no more than coefficients, whose covariance they
    then do not determine.
    """
    fitted = ols(formula, rows).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    value = float(fitted.params["instructed"])
    if groups.max() + 1 <= len(fitted.params):
        return value, np.nan, np.nan
    low, high = fitted.t_test("instructed = 0").conf_int(1 - level)[0]
    return value, float(low), float(high)
