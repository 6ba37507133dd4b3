"""Matching of steps by where they end: cells of equal endpoints, effects inside them, and how good a match is.

Coarsened exact matching (Iacus, King and Porro 2012) and overlap weights (Li, Morgan and Zaslavsky 2018). Both weigh
the difference of the two readings' means inside each cell that both have steps in: the first by the smaller number of
steps, the second by n m / (n + m). So a draw of prompts is matched anew by counting its steps in each cell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from crosspatch.measures.effects import quotient

BINS: Final = 10
"""Parts into which the pooled steps are cut by each covariate, of equal numbers if values do not tie."""
Numbers = Float[np.ndarray, "*draw cell"]
WEIGHTS: Final[Mapping[str, Callable[[Numbers, Numbers], Numbers]]] = {
    "matched": np.minimum,
    "overlap weights": lambda one, other: np.nan_to_num(quotient(one * other, one + other)),
}
"""Weight of a cell by the numbers of steps that the two readings have in it; 0 where one has none."""


@dataclass(frozen=True)
class Pooled:
    """Steps of two readings in one heap: their prompts, whether they are the second's, cells and numbers."""

    prompts: pd.Series
    second: Int[np.ndarray, " row"]
    cells: Int[np.ndarray, " row"]
    covariates: Float[np.ndarray, "row covariate"]
    outcomes: Float[np.ndarray, "row outcome"]

    def in_cells(self, second: int) -> Float[np.ndarray, " cell"]:
        """Return how many steps of one of the two readings are in each cell."""
        return np.bincount(self.cells[self.second == second], minlength=int(self.cells.max()) + 1).astype(np.float64)


def pooled(one: pd.DataFrame, other: pd.DataFrame, covariates: Sequence[str], outcomes: Sequence[str]) -> Pooled:
    """Put the rows of two readings together and cut them into cells."""
    rows = pd.concat([one, other], ignore_index=True)
    second = np.repeat([0, 1], [len(one), len(other)])
    numbers = rows[list(covariates)].to_numpy(dtype=np.float64)
    return Pooled(rows["prompt_id"], second, cells_of(numbers), numbers, rows[list(outcomes)].to_numpy(np.float64))


def cells_of(covariates: Float[np.ndarray, "row covariate"]) -> Int[np.ndarray, " row"]:
    """Return the cell of each row: the same part of every covariate, numbered without gaps."""
    shares = np.linspace(0, 1, BINS + 1)[1:-1]
    parts = [np.searchsorted(np.unique(np.quantile(one, shares)), one, side="right") for one in covariates.T]
    cells: Int[np.ndarray, " row"] = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)[1].ravel()
    return cells


def matched_effects(
    rows: Pooled, units: Int[np.ndarray, " row"], counts: Float[np.ndarray, "draw unit"]
) -> dict[str, Float[np.ndarray, "draw outcome"]]:
    """Return, by WEIGHTS, the first reading's mean less the second's at equal endpoints, matched anew in each draw.

    units: of each row, by its place in `counts`, which says how often each unit is drawn. A draw in which no cell has
    steps of both is missing (NaN).
    """
    shape = (counts.shape[1], int(rows.cells.max()) + 1)

    def summed(second: int, values: Float[np.ndarray, " row"]) -> Numbers:
        own = rows.second == second
        sums: Numbers = csr_array((values[own], (units[own], rows.cells[own])), shape=shape).T @ counts.T
        return sums.T

    ones = np.ones(len(units))
    one, other = (summed(second, ones) for second in (0, 1))
    weights = {name: weigh(one, other) for name, weigh in WEIGHTS.items()}
    effects: dict[str, list[Float[np.ndarray, " draw"]]] = {name: [] for name in weights}
    for values in rows.outcomes.T:
        apart = np.nan_to_num(quotient(summed(0, values), one)) - np.nan_to_num(quotient(summed(1, values), other))
        for name, weight in weights.items():
            effects[name].append(quotient((weight * apart).sum(1), weight.sum(1)))
    return {name: np.stack(found, axis=1) for name, found in effects.items()}


def row_weights(rows: Pooled, weighing: str) -> Float[np.ndarray, " row"]:
    """Return the weight of every row: that of its cell over the steps that its reading has there."""
    numbers = [rows.in_cells(second) for second in (0, 1)]
    each = [np.nan_to_num(quotient(WEIGHTS[weighing](*numbers), one)) for one in numbers]
    return np.where(rows.second == 0, each[0][rows.cells], each[1][rows.cells])


@dataclass(frozen=True)
class Quality:
    """How good a match is.

    retention: share of rows in cells that both readings have; effective: number of steps of each reading that equal
    weights would need for the same variance, (sum w)^2 / sum w^2; unmatched, matched: of each covariate, the difference
    of the two (weighted) means over the root of the mean of the two unweighted variances.
    """

    retention: float
    effective: tuple[float, float]
    unmatched: list[float]
    matched: list[float]


def match_quality(rows: Pooled, weighing: str) -> Quality:
    """Return how good a match by one of WEIGHTS is; without a common cell, differences after it are infinite."""
    weights = row_weights(rows, weighing)
    own = [rows.second == second for second in (0, 1)]
    sizes = [float(weights[one].sum() ** 2 / max(np.square(weights[one]).sum(), np.finfo(float).tiny)) for one in own]
    return Quality(
        retention=float((weights > 0).mean()),
        effective=(sizes[0], sizes[1]),
        unmatched=_standardised(rows, np.ones(len(weights))),
        matched=_standardised(rows, weights) if weights.any() else [np.inf] * rows.covariates.shape[1],
    )


def _standardised(rows: Pooled, weights: Float[np.ndarray, " row"]) -> list[float]:
    own = [rows.second == second for second in (0, 1)]
    means = [weights[one] @ rows.covariates[one] / weights[one].sum() for one in own]
    spread = np.sqrt(np.mean([rows.covariates[one].var(axis=0) for one in own], axis=0))
    return np.divide(means[0] - means[1], spread, out=np.zeros(len(spread)), where=spread > 0).tolist()
