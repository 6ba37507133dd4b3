"""Events along each checkpoint's own continuation, a fixed number of tokens after the prompt (table C.4)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import pandas as pd

from crosspatch.experiments.selection.paths import ReadPath
from crosspatch.jobs.selected_events import Arm, Chosen, selected_row, with_an_event
from crosspatch.models.vocabulary import Vocabulary
from crosspatch.records.sides import BASE, TUNED

DIRECTIONS: Final = (TUNED, BASE)
SHORT = "the history is not longer than the horizon"
STOPPED = "a stop token stands in the history"
AGREED = "base and tuned agree after the history"


def select_histories(
    divergences: pd.DataFrame,
    paths: Mapping[str, Mapping[str, ReadPath]],
    *,
    horizons: Sequence[int],
    primary: Collection[int],
    sides: tuple[Vocabulary, Vocabulary],
) -> pd.DataFrame:
    """Return the `selected_events` of the control `native_history` (arXiv 2605.07284, table C.4).

    One arm per direction and horizon h, `tuned history, h = 4`: where the checkpoints disagree after the first h tokens
    of the tuned checkpoint's own continuation, with what they choose there. Those of `primary` horizons are pooled as
    `tuned history`. Both directions are over all prompts; the paper's `base history` was over one category only.
    """
    stops = frozenset().union(*(side.stops for side in sides))
    rows = []
    for row in divergences.itertuples(index=False):
        both = paths.get(row.prompt_id)
        for side, horizon, arm in _arms(horizons, primary):
            chosen = str(row.reason) if both is None else _chosen(both[side], horizon, stops)
            rows.append(selected_row(row, arm, chosen, sides))
    return with_an_event(divergences["pair"].iloc[0], "native_history", rows)


def _arms(horizons: Sequence[int], primary: Collection[int]) -> Iterator[tuple[str, int, Arm]]:
    for side in DIRECTIONS:
        for horizon in horizons:
            name = f"{side} history"
            yield side, horizon, Arm(f"{name}, h = {horizon}", name if horizon in primary else None)


def _chosen(path: ReadPath, horizon: int, stops: Collection[int]) -> Chosen | str:
    if len(path.tokens) <= horizon:
        return SHORT
    if not set(path.tokens[:horizon]).isdisjoint(stops):
        return STOPPED
    base, tuned = path.chosen(horizon)
    return AGREED if base == tuned else Chosen(horizon, path.context(horizon), base, tuned)
