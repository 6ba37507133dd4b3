"""From margins of moved states to what each of them gains of the missing margin, prompt by prompt."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from crosspatch.experiments.closure.names import (
    BASE_STATE,
    FULL,
    GAUSSIAN,
    IN_SPAN,
    MEAN,
    OTHER_DESCENDANT,
    OTHER_EVENT,
    RANDOM,
    REGISTERED,
    TUNED_STATE,
    at,
    of_directions,
    place_of,
)
from crosspatch.experiments.closure.ratios import ratios
from crosspatch.records.arms import less, without_seed
from crosspatch.records.sides import COMMON_TUNED

PRECISIONS: Final = ("float32", "checkpoint")
MISSING: Final = "missing_margin"
EVENT: Final = ["pair", "prompt_id", "step", "boundary", "is_registered"]


def gained_margins(moved: pd.DataFrame, precision: str) -> pd.DataFrame:
    """Return a row per event and boundary with the margin each arm gains over the base upstream, and MISSING.

    moved: a `moved_margins` table, in whose order arms are columns; the draws of a random direction are averaged.
    """
    named = moved.assign(arm=moved["arm"].map(without_seed))
    wide = named.pivot_table(index=EVENT, columns="arm", values=f"margin_{precision}", sort=False)
    gained = wide[list(dict.fromkeys(named["arm"]))].sub(wide[BASE_STATE], axis=0)
    columns = gained.rename(columns={TUNED_STATE: MISSING}).drop(columns=BASE_STATE)
    return columns.rename_axis(columns=None)


def contrasts(primary: int) -> list[tuple[str, str]]:
    """Return the arms that are compared prompt by prompt: a projection with what has its norm, or its kind."""
    few = of_directions(primary)
    return [
        *((few, other) for other in (RANDOM, IN_SPAN, MEAN)),
        *((FULL, other) for other in (OTHER_EVENT, GAUSSIAN, OTHER_DESCENDANT)),
    ]


def closure_values(moved: pd.DataFrame, primary: int) -> pd.DataFrame:
    """Return the `control_values` of a `moved_margins` table, at every boundary and, with contrasts, at one.

    `gained_margin` and `missing_margin` in logits, whose ratio of means is the closure; `closure_by_prompt`, which an
    event with a tiny missing margin has not; and `directions`, on how many a difference was really projected.
    """
    parts = [part for precision in PRECISIONS for part in _of_precision(moved, primary, precision)]
    return pd.concat([*parts, *_used(moved)], ignore_index=True).drop(columns=["boundary", "is_registered"])


def _of_precision(moved: pd.DataFrame, primary: int, precision: str) -> Iterator[pd.DataFrame]:
    gained = gained_margins(moved, precision)
    events, arms = gained.index.to_frame(index=False), gained.drop(columns=MISSING)
    pairs = [(one, other) for one, other in contrasts(primary) if {one, other} <= set(arms)]
    arms = arms.assign(**{less(one, other): arms[one] - arms[other] for one, other in pairs})
    compared = {less(*both) for both in pairs}
    missing = gained[MISSING].to_numpy()
    about = events.assign(readout=COMMON_TUNED, precision=precision)
    for name, values in arms.items():
        own = values.to_numpy()
        quantities = {"gained_margin": own, MISSING: missing, "closure_by_prompt": ratios(own, missing)}
        for quantity, numbers in quantities.items():
            rows = about.assign(quantity=quantity, value=numbers)
            yield from _placed(rows[np.isfinite(numbers)], str(name), everywhere=name not in compared)


def _used(moved: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for name, rows in moved[moved["directions"].notna()].groupby("arm", sort=False):
        values = rows[[*EVENT, "directions"]].rename(columns={"directions": "value"}).astype({"value": float})
        yield from _placed(values.assign(quantity="directions", readout=None, precision=None), str(name))


def _placed(rows: pd.DataFrame, name: str, *, everywhere: bool = True) -> Iterator[pd.DataFrame]:
    yield rows[rows["is_registered"]].assign(arm=at(REGISTERED, name))
    if everywhere:
        for boundary, own in rows.groupby("boundary", sort=False):
            yield own.assign(arm=at(place_of(boundary), name))
