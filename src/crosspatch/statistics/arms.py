"""Estimates of a control's arms: the same effects as the headline's, of cells measured or chosen in another way."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from crosspatch.measures.effects import contrast_of_cells, quotient
from crosspatch.records.arms import REFERENCE
from crosspatch.statistics.drawn import Drawn, draw_scope
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.plan import Plan
from crosspatch.statistics.samples import mean_over_pairs, pair_means, present, sample_of_arms

RETENTION: Final = "retention"
"""Effect: interaction of the arm / interaction of the reference, a ratio of means, both drawn with the same prompts."""

_Means = Float[np.ndarray, "*draw arm view cell"]


def estimate_arms(
    frames: Mapping[str, pd.DataFrame], balanced: Sequence[str], plan: Plan, *, reference: str = REFERENCE
) -> pd.DataFrame:
    """Return the `estimates` rows of several pairs' `control_cells` tables, by pair name.

    `balanced` are the pairs of the mean over families (none: no mean), whose draws over prompts also serve the scopes
    `balanced without PAIR`; `reference` is the arm that retentions are of. One resampling serves all arms and pairs of
    a scope, so arms of one table are paired. An arm that a pair lacks does not count there (`n_pairs` says how many
    do), and has no row in a scope without an event of it. Raises MeasurementError, naming pair and prompt, as
    `pair_cells` does.
    """
    arms = _merged([list(frame["arm"].unique()) for frame in frames.values()])
    samples = {pair: sample_of_arms(frame, arms) for pair, frame in frames.items()}
    scopes = {pair: [pair] for pair in samples} | ({BALANCED: list(balanced)} if balanced else {})
    drawn = (
        one for scope, pairs in scopes.items() for one in draw_scope(scope, [samples[pair] for pair in pairs], plan)
    )
    rows = pd.concat([rows for one in drawn for rows in _rows(one, plan, reference)], ignore_index=True)
    return rows[rows["n_events"] > 0].reset_index(drop=True)


def _merged(orders: Sequence[Sequence[str]]) -> list[str]:
    """Return the arms of all pairs, in the order that they have in each; an arm that a pair lacks is in its place."""
    whole: list[str] = []
    for order in orders:
        place = 0
        for arm in order:
            if arm not in whole:
                whole.insert(place, arm)
            place = whole.index(arm) + 1
    return whole


def _rows(drawn: Drawn, plan: Plan, reference: str) -> Iterator[pd.DataFrame]:
    rows = drawn.rows(plan)
    yield rows
    if reference in drawn.samples[0].arms:
        place, counts = drawn.samples[0].arms.index(reference), present(drawn.samples)
        value, draws = (_retentions(means, counts, place) for means in (pair_means(drawn.samples), drawn.draws))
        yield _retention_rows(rows, value, draws, plan.level)


def _retentions(
    means: Sequence[_Means], counts: Bool[np.ndarray, "pair arm"], place: int
) -> Float[np.ndarray, "*draw key"]:
    """Return interaction / interaction of the reference, of the mean over the pairs that have the arm."""
    references = [np.broadcast_to(one[..., place : place + 1, :, :], one.shape) for one in means]
    arm, reference = (contrast_of_cells(mean_over_pairs(some, counts), "interaction") for some in (means, references))
    return quotient(arm, reference).reshape(*arm.shape[:-2], -1)


def _retention_rows(
    rows: pd.DataFrame, value: Float[np.ndarray, " key"], draws: Float[np.ndarray, "draw key"], level: float
) -> pd.DataFrame:
    """Return the rows of RETENTION; counts are those of the interaction, whose keys are in the same order."""
    own = rows[rows["effect"] == "interaction"]
    low, high = (np.where(own["low"].notna(), end, np.nan) for end in percentiles(draws, level))
    return own.assign(effect=RETENTION, value=value, low=low, high=high)
