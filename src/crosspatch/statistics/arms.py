"""Estimates of a control's arms: the same effects as the headline's, of cells measured or chosen in another way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from crosspatch.measures.effects import contrast_of_cells, effects_of_cell_means, quotient
from crosspatch.records.arms import REFERENCE
from crosspatch.statistics.cells_array import PairCells, pair_cells
from crosspatch.statistics.intervals import percentile_interval, percentiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.resampling import joint_means, resampling_seed
from crosspatch.statistics.rows import effect_rows, support_of
from crosspatch.statistics.samples import PairSample, mean_over_pairs, pair_means, present, resamplable
from crosspatch.statistics.units import Units, aligned, prompt_units

RETENTION: Final = "retention"
"""Effect: interaction of the arm / interaction of the reference, a ratio of means, both drawn with the same prompts."""
COLUMNS: Final = (
    "control", "arm", "effect", "scope", "readout", "precision", "method", "value", "low", "high", "level",
    "n_events", "n_prompts", "n_pairs", "draws", "seed",
)  # fmt: skip

_Means = Float[np.ndarray, "*draw arm view cell"]


@dataclass(frozen=True)
class Plan:
    """What a control's intervals are made with: its name, the study's seed, the draws and the confidence level."""

    control: str
    seed: int
    draws: int
    level: float


def estimate_arms(frames: Mapping[str, pd.DataFrame], balanced: Sequence[str], plan: Plan) -> pd.DataFrame:
    """Return the `control_effects` rows of several pairs' `control_cells` tables, by pair name.

    `balanced` are the pairs of the mean over families, whose draws also serve the scopes `balanced without PAIR`. One
    resampling of prompt ids serves all arms and pairs of a scope, so arms of one table are paired. An arm that a pair
    lacks does not count there (`n_pairs` says how many do), and has no row in a scope without an event of it. Raises
    MeasurementError, naming pair and prompt, as `pair_cells` does.
    """
    arms = _merged([list(frame["arm"].unique()) for frame in frames.values()])
    samples = {pair: _arm_sample(frame, arms) for pair, frame in frames.items()}
    scopes = {pair: [pair] for pair in samples} | {BALANCED: list(balanced)}
    return pd.concat(
        [rows for scope, pairs in scopes.items() for rows in _joint_rows(scope, pairs, samples, plan)],
        ignore_index=True,
    )


def without_each(scope: str, pairs: Sequence[str]) -> dict[str, list[str]]:
    """Return the scope with its pairs and, if it has several, `SCOPE without PAIR` for each of them."""
    left_out = {f"{scope} without {one}": [pair for pair in pairs if pair != one] for one in pairs}
    return {scope: list(pairs)} | (left_out if len(pairs) > 1 else {})


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


def _arm_sample(frame: pd.DataFrame, arms: Sequence[str]) -> PairSample:
    """Return one pair's prompts with arms in the place of subsets."""
    own = {arm: pair_cells(rows) for arm, rows in frame.groupby("arm", sort=False)}
    units = _stacked([_units(own.get(arm)) for arm in arms])
    n_events = np.array([len(own[arm].events) if arm in own else 0 for arm in arms])
    first = next(iter(own.values()))
    return PairSample(first.pair, tuple(arms), first.views, n_events, {"prompt": units})


def _units(cells: PairCells | None) -> Units | None:
    return None if cells is None else prompt_units(cells, [np.ones(len(cells.events), dtype=bool)])


def _stacked(parts: Sequence[Units | None]) -> Units:
    known = [part for part in parts if part is not None]
    labels = pd.Index(sorted(set().union(*(part.labels for part in known))), dtype=object)
    empty = Units(labels, np.zeros((len(labels), *known[0].totals.shape[1:])), np.zeros((len(labels), 1)))
    whole = [empty if part is None else aligned(part, labels) for part in parts]
    return Units(labels, *(np.concatenate([getattr(one, name) for one in whole], 1) for name in ("totals", "sizes")))


def _joint_rows(
    scope: str, pairs: Sequence[str], samples: Mapping[str, PairSample], plan: Plan
) -> Iterator[pd.DataFrame]:
    """Yield the rows of a scope and of those that leave one of its pairs out, all from one resampling."""
    seed = resampling_seed(plan.seed, f"{plan.control} {scope}", "prompt")
    units = [samples[pair].units["prompt"] for pair in pairs]
    draws = dict(zip(pairs, joint_means(units, np.random.default_rng(seed), plan.draws), strict=True))
    for name, some in without_each(scope, pairs).items():
        rows = _scope_rows(name, [samples[pair] for pair in some], [draws[pair] for pair in some], plan)
        yield rows.assign(control=plan.control, seed=seed)[list(COLUMNS)]


def _scope_rows(scope: str, samples: Sequence[PairSample], draws: Sequence[_Means], plan: Plan) -> pd.DataFrame:
    means, counts = pair_means(samples), present(samples)
    interval = percentile_interval(mean_over_pairs(draws, counts), plan.level).where(resamplable(samples, "prompt"))
    value = effects_of_cell_means(mean_over_pairs(means, counts))
    rows = effect_rows(support_of(scope, samples), "prompt", value, interval, level=plan.level)
    if REFERENCE in samples[0].subsets:
        place = samples[0].subsets.index(REFERENCE)
        ratio, ratios = (_retentions(some, counts, place) for some in (means, draws))
        rows = pd.concat([rows, _retention_rows(rows, ratio, ratios, plan.level)], ignore_index=True)
    return rows[rows["n_events"] > 0].rename(columns={"subset": "arm"})


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
