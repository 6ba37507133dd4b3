"""Sum the scores of candidates to cells over more and more tokens (rule sum_continuations)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crosspatch.experiments.continuations.names import (
    FIRST,
    FORCED,
    LESS_SHUFFLED,
    SAME_FIRST,
    SHUFFLED,
    SHUFFLED_TAIL,
    TAIL,
    arm_of,
)
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.control_cells import cells_of_arms
from crosspatch.records.sides import BASE, TUNED

CELL = ["prompt_id", "upstream", "late", "readout"]


def arms_of(cells: pd.DataFrame, scores: pd.DataFrame, horizons: Sequence[int]) -> pd.DataFrame:
    """Return the `control_cells` of every horizon N, in nats, over the prompts whose candidates both reach it.

    Whole: the tuned less the base continuation, N tokens after the first one (table F.2). TAIL: without the first one.
    FIRST: the first token alone, of the same prompts. SAME_FIRST: the tuned tail less what the base writes after the
    tuned token. SHUFFLED_TAIL: the tuned token and another prompt's tail, less the base continuation. LESS_SHUFFLED:
    the tuned tail less another prompt's. Sums have one precision, so both margins are the same.
    cells: the pair's own; scores: of both late stacks.
    """
    sums = {
        candidate: own.set_index(CELL)["scores"].map(lambda one: np.cumsum(np.asarray(one, dtype=np.float64)))
        for candidate, own in scores.groupby("candidate")
    }
    return cells_of_arms({
        arm: _cells(cells, margins) for horizon in horizons for arm, margins in _margins(sums, horizon)
    })  # fmt: skip


def _margins(sums: Mapping[str, pd.Series], horizon: int) -> Iterator[tuple[str, pd.Series]]:
    whole = {candidate: _at(own, horizon) for candidate, own in sums.items()}
    first = {candidate: _at(own, 0).loc[whole[candidate].index] for candidate, own in sums.items()}
    yield arm_of(horizon), whole[TUNED] - whole[BASE]
    if horizon:
        tails = {candidate: whole[candidate] - first[candidate] for candidate in sums}
        yield arm_of(horizon, TAIL), tails[TUNED] - tails[BASE]
        both = whole[TUNED].index.intersection(whole[BASE].index)
        yield arm_of(horizon, FIRST), (first[TUNED] - first[BASE]).loc[both]
        if FORCED in sums:
            yield arm_of(horizon, SAME_FIRST), tails[TUNED] - tails[FORCED]
        if SHUFFLED in sums:
            yield arm_of(horizon, SHUFFLED_TAIL), whole[SHUFFLED] - whole[BASE]
            yield arm_of(horizon, LESS_SHUFFLED), tails[TUNED] - tails[SHUFFLED]


def _at(sums: pd.Series, horizon: int) -> pd.Series:
    """Return the sums over the first token and `horizon` more, of the rows that reach so far."""
    far = sums[sums.map(len) > horizon]
    return far.map(lambda one: float(one[horizon])).astype(float)


def _cells(cells: pd.DataFrame, margins: pd.Series) -> pd.DataFrame:
    known = cells.drop(columns=["margin_checkpoint", "margin_float32"])
    found = known.join(margins.dropna().rename("margin_float32"), on=CELL, how="inner")
    return found.assign(margin_checkpoint=found["margin_float32"])


def main(
    *,
    cells: Path,
    base_scores: Path,
    tuned_scores: Path,
    arms: Path,
    horizons: list[int],
    provenance: Mapping[str, Any],
) -> None:
    """Join the scores of both late stacks."""
    scores = pd.concat([read_table(path, "continuation_scores") for path in (base_scores, tuned_scores)])
    found = arms_of(read_table(cells, "cells"), scores, sorted(horizons))
    write_table(found, arms, "control_cells", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
