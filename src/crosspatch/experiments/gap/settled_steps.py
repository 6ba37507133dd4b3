"""From which block on predictions stay, as a mean and a median over steps and not over prompts, with intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.experiments.gap.comparisons import COMPARISONS, COUNTED, CURVES, arm_of, level_of
from crosspatch.measures.effects import quotient
from crosspatch.records.estimates import COLUMNS
from crosspatch.statistics.joint_sums import resamplings
from crosspatch.statistics.plan import Plan

Clusters = Mapping[str, pd.DataFrame]
Arms = dict[tuple[str, str], Float[np.ndarray, " draw"]]
"""Draws by arm without its lens and by statistic; the first is not drawn, it is of every unit once."""


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
    resampled = resamplings(prompts, clusters, plan, "settled steps")
    frames = {pair: dict(iter(frame.groupby(["lens", "definition"]))) for pair, frame in counts.items()}
    rows: list[dict[str, Any]] = []
    for lens, definition in sorted(set().union(*frames.values())):
        steps = {pair: counted_steps(own[lens, definition], prompts[pair]) for pair, own in frames.items()}
        for one in resampled:
            arms = {pair: arms_of(one.sums(pair, own)) for pair, own in steps.items()}
            for arm, statistic in arms[next(iter(arms))]:
                known = {"arm": arm_of(arm, lens), "effect": f"{statistic}_{definition}"}
                drawn = {pair: own[arm, statistic] for pair, own in arms.items()}
                rows += [known | row for row in one.rows(drawn, balanced)]
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
