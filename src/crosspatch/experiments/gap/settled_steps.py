"""From which block on predictions stay, as a mean and a median over steps and not over prompts, with intervals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.experiments.gap.comparisons import COMPARISONS, COUNTED, CURVES, arm_of, level_of
from crosspatch.measures.effects import quotient
from crosspatch.records.estimates import COLUMNS, PROMPT, SCHEMES
from crosspatch.statistics.intervals import percentiles
from crosspatch.statistics.keys import BALANCED
from crosspatch.statistics.plan import Plan, scopes_of_one_resampling
from crosspatch.statistics.resampling import drawn_counts

Clusters = Mapping[str, pd.DataFrame]
Arms = dict[tuple[str, str], Float[np.ndarray, " draw"]]
"""Draws by arm without its lens and by statistic; the first is not drawn, it is of every unit once."""

NO_INTERVAL: Final[Mapping[str, Any]] = {"low": np.nan, "high": np.nan, "level": np.nan, "draws": None}
"""Of a single unit."""


@dataclass(frozen=True)
class _Scheme:
    """One resampling of the units of all pairs: how often each draw has each unit, and which unit each prompt is of."""

    name: str
    seed: int
    counts: Float[np.ndarray, "draw unit"]
    labels: pd.Index
    units: Mapping[str, pd.Series]

    def steps(self, pair: str, counted: Float[np.ndarray, "prompt ..."]) -> Float[np.ndarray, "draw ..."]:
        """Return how many steps each draw has; whole numbers, so exact."""
        totals = np.zeros((len(self.labels), *counted.shape[1:]))
        np.add.at(totals, self.labels.get_indexer(self.units[pair]), counted)
        found: Float[np.ndarray, "draw ..."] = np.tensordot(self.counts, totals, axes=1)
        return found


def estimate_settled(
    counts: Mapping[str, pd.DataFrame], clusters: Clusters, balanced: Sequence[str], plan: Plan
) -> pd.DataFrame:
    """Return the `estimates` rows of several pairs' `settled_counts`, of each pair and of the mean over `balanced`.

    Arms are the readings COUNTED by themselves and the differences CURVES of them. Effects are, by definition of
    settling, `mean_settled_` and `median_settled_`, the depth at which a step settles (0: first block, 1: last), over
    steps that do; and `missed_steps_`, the share of the others. clusters: of each pair's prompts, as `clusters_of`
    names them; one resampling of units serves all pairs.
    """
    prompts = {pair: pd.Index(frame["prompt_id"].unique()) for pair, frame in counts.items()}
    schemes = [_scheme(name, prompts, clusters, plan) for name in SCHEMES]
    frames = {pair: dict(iter(frame.groupby(["lens", "definition"]))) for pair, frame in counts.items()}
    rows = [
        {"arm": arm_of(arm, lens), "effect": f"{statistic}_{definition}"} | row
        for lens, definition in sorted(set().union(*frames.values()))
        for scheme in schemes
        for (arm, statistic), row in _rows(
            {
                pair: arms_of(scheme.steps(pair, counted_steps(own[lens, definition], prompts[pair])))
                for pair, own in frames.items()
            },
            scheme,
            balanced,
            plan.level,
        )
    ]
    table = pd.DataFrame(rows).assign(control=plan.control, readout=None, precision=None)
    return table[list(COLUMNS)].astype({"n_clusters": "Int64", "draws": "Int64"})


def counted_steps(frame: pd.DataFrame, prompts: pd.Index) -> Float[np.ndarray, "prompt reading slot"]:
    """Return how many steps settle where, of one lens and definition; the last slot, -1, is of those that do not."""
    (blocks,) = frame["n_blocks"].unique()
    readings = pd.MultiIndex.from_tuples([(reading.reader, reading.teacher) for reading in COUNTED])
    places = (
        prompts.get_indexer(frame["prompt_id"]),
        readings.get_indexer(pd.MultiIndex.from_frame(frame[["reader", "teacher"]])),
        frame["block"].to_numpy(),
    )
    counted = np.zeros((len(prompts), len(readings), int(blocks) + 1))
    np.add.at(counted, places, frame["steps"].to_numpy())
    return counted


def arms_of(steps: Float[np.ndarray, "draw reading slot"]) -> Arms:
    """Return the statistics of every reading and what the first reading of each comparison has more."""
    of_readings = {
        (reading, name): values[:, place]
        for name, values in statistics_of(steps).items()
        for place, reading in enumerate(COUNTED)
    }
    arms = {(level_of(reading), name): values for (reading, name), values in of_readings.items()}
    for compared in CURVES:
        one, other = COMPARISONS[compared]
        names = [name for reading, name in of_readings if reading == one]
        arms |= {(compared, name): of_readings[one, name] - of_readings[other, name] for name in names}
    return arms


def statistics_of(steps: Float[np.ndarray, "*any slot"]) -> dict[str, Float[np.ndarray, "*any"]]:
    """Return mean and median depth of the steps that settle, and the share of those that do not; the median of an even
    number is halfway between the middle two.
    """
    settled, last = steps[..., :-1], steps.shape[-1] - 2
    number, passed = settled.sum(-1), settled.cumsum(-1)
    middle = number[..., np.newaxis] / 2
    both = (passed >= middle).argmax(-1) + (passed > middle).argmax(-1)
    return {
        "mean_settled": quotient(settled @ np.arange(last + 1) / last, number),
        "median_settled": np.where(number > 0, both / (2 * last), np.nan),
        "missed_steps": quotient(steps[..., -1], steps.sum(-1)),
    }


def _scheme(name: str, prompts: Mapping[str, pd.Index], clusters: Clusters, plan: Plan) -> _Scheme:
    units = {pair: pd.Series(own, index=own) for pair, own in prompts.items()}
    if name != PROMPT:
        units = {pair: own.map(clusters[pair][name]) for pair, own in units.items()}
    labels = pd.Index(sorted(set().union(*units.values())), dtype=object)
    seed = plan.seed_of("settled steps", name)
    drawn = drawn_counts(np.random.default_rng(seed), plan.draws, len(labels))
    return _Scheme(name, seed, np.concatenate([np.ones((1, len(labels))), *drawn]), labels, units)


def _rows(
    arms: Mapping[str, Arms], scheme: _Scheme, balanced: Sequence[str], level: float
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Yield what the estimates of every arm and statistic have, of every scope that has steps there."""
    scopes = {pair: [pair] for pair in arms} | scopes_of_one_resampling(BALANCED, balanced, scheme.name)
    for scope, pairs in scopes.items():
        units = [set(scheme.units[pair]) for pair in pairs]
        about = {
            "scope": scope, "method": scheme.name, "seed": scheme.seed, "n_pairs": len(pairs),
            "n_events": sum(len(scheme.units[pair]) for pair in pairs),
            "n_prompts": len(set().union(*(scheme.units[pair].index for pair in pairs))),
            "n_clusters": None if scheme.name == PROMPT else len(set().union(*units)),
        }  # fmt: skip
        for key in arms[pairs[0]] if pairs else ():
            value, *draws = np.mean([arms[pair][key] for pair in pairs], axis=0)
            if np.isfinite(value):
                drawn = _interval(np.array(draws), level) if min(map(len, units)) > 1 else NO_INTERVAL
                yield key, about | drawn | {"value": value}


def _interval(draws: Float[np.ndarray, " draw"], level: float) -> dict[str, Any]:
    low, high = percentiles(draws[:, np.newaxis], level)
    return {"low": low[0], "high": high[0], "level": level, "draws": int(np.isfinite(draws).sum())}
