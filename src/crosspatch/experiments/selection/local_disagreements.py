"""Selection baselines: other events than first divergences, and the first divergence's tokens before it (table C.3)."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from crosspatch.experiments.selection.paths import ReadPath, read_again
from crosspatch.jobs.selected_events import (
    READ_AGAIN,
    Arm,
    Chosen,
    selected_row,
    value_rows,
    values_of_events,
    with_an_event,
)
from crosspatch.models.vocabulary import Vocabulary
from crosspatch.records.sides import BASE, SIDES
from crosspatch.statistics.seeds import seed_of

BOTH_PATHS: Final = "both paths"
ON_PATH: Final = {side: Arm(f"{side} path", BOTH_PATHS) for side in SIDES}
FUTURE: Final = Arm("future pair")

NO_PREFIX = "the rollout has no prefix to choose from"
AGREED = "base and tuned agree after every prefix tried"
EARLY = "the first divergence is before position 3"
LATE = "the first divergence is after the tokens read"
PARTED = "base and tuned already disagree after the prefix drawn"
_EARLIEST: Final = 3


def select_local_disagreements(
    divergences: pd.DataFrame,
    paths: Mapping[str, Mapping[str, ReadPath]],
    *,
    candidates: int,
    seed: int,
    sides: tuple[Vocabulary, Vocabulary],
) -> pd.DataFrame:
    """Return the `selected_events` of the control `selection` (arXiv 2605.07284, table C.3).

    Arms `base path` and `tuned path`: of up to `candidates` random prefixes of a rollout, one token at least and not
    that of the first divergence, the first one after which the checkpoints disagree, with what they choose there. Arm
    `future pair`: the tokens of the first divergence after a random earlier prefix after which both still agree.
    divergences: first divergences, one row per prompt; seed: of the study.
    """
    rows = []
    for row in divergences.itertuples(index=False):
        both = paths.get(row.prompt_id)
        for arm in (*ON_PATH.values(), FUTURE):
            rng = np.random.default_rng(seed_of(seed, row.pair, row.prompt_id, arm.name))
            chosen = str(row.reason) if both is None else _chosen(row, arm, both, candidates, rng)
            rows.append(selected_row(row, arm, chosen, sides))
    return with_an_event(divergences["pair"].iloc[0], "selection", rows)


def values_of_selection(
    divergences: pd.DataFrame, events: pd.DataFrame, paths: Mapping[str, Mapping[str, ReadPath]], *, longest: int
) -> pd.DataFrame:
    """Return the `control_values` of the events and, of each path, the share of its tokens that are chosen again.

    longest: tokens of a rollout among which the events were looked for.
    """
    again = [
        read_again(paths, side=side)
        .rename_axis("prompt_id")
        .rename("value")
        .reset_index()
        .assign(arm=arm.name, step=0, quantity=READ_AGAIN)
        for side, arm in ON_PATH.items()
    ]
    of_events = values_of_events(divergences, events, longest=longest)
    return pd.concat([of_events, value_rows(divergences, again)], ignore_index=True)


def _chosen(
    divergence: Any,  # noqa: ANN401 - a row of events
    arm: Arm,
    both: Mapping[str, ReadPath],
    candidates: int,
    rng: np.random.Generator,
) -> Chosen | str:
    if arm == FUTURE:
        return _before(divergence, both[BASE], rng)
    (path,) = (both[side] for side, own in ON_PATH.items() if own == arm)
    first = None if pd.isna(divergence.step) else int(divergence.step)
    return _local_disagreement(first, path, candidates, rng)


def _local_disagreement(first: int | None, path: ReadPath, candidates: int, rng: np.random.Generator) -> Chosen | str:
    prefixes = [prefix for prefix in range(1, len(path.tokens) + 1) if prefix != first]
    for prefix in rng.permutation(np.array(prefixes, dtype=int))[:candidates].tolist():
        base, tuned = path.chosen(prefix)
        if base != tuned:
            return Chosen(prefix, path.context(prefix), base, tuned)
    return AGREED if prefixes else NO_PREFIX


def _before(divergence: Any, path: ReadPath, rng: np.random.Generator) -> Chosen | str:  # noqa: ANN401 - a row
    if not divergence.usable:
        return str(divergence.reason)
    step = int(divergence.step)
    if step < _EARLIEST:
        return EARLY
    if step >= len(path.tokens):
        return LATE
    prefix = int(rng.integers(0, step - 1))
    base, tuned = path.chosen(prefix)
    if base != tuned:
        return PARTED
    return Chosen(prefix, path.context(prefix), int(divergence.base_token), int(divergence.tuned_token))
