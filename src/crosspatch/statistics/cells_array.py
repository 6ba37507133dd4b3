"""The cells of one pair in memory: one row of margins per event, with what is known of the event."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from crosspatch.errors import MeasurementError
from crosspatch.measures.effects import CELLS

READOUTS: Final = ("common_tuned", "common_base", "native")
MARGINS: Final = {"float32": "margin_float32", "checkpoint": "margin_checkpoint"}
"""Column of the margin of each precision."""

_EVENT: Final = ["prompt_id", "step"]
_ATTRIBUTES: Final = ["category", "template", "base_token", "tuned_token", "consistent"]


@dataclass(frozen=True)
class PairCells:
    """Margins of one pair, in logits, and its events in the order of prompt id, then step.

    `views` are the (readout, precision) of the view axis, those that the table holds; the cell axis is in the order of
    `measures.effects.CELLS`.
    `events` has the columns prompt_id, step, category, template, base_token, tuned_token and consistent.
    """

    pair: str
    views: tuple[tuple[str, str], ...]
    events: pd.DataFrame
    margins: Float[np.ndarray, "event view cell"]


def pair_cells(frame: pd.DataFrame) -> PairCells:
    """Arrange a `cells` table, or one without one of the margins, by event.

    Raises MeasurementError, naming pair and prompt, if an event lacks a cell, has one twice, has a margin that is
    not finite, or is described in two ways.
    """
    pair = _only_pair(frame)
    precisions = _precisions(frame, pair)
    margin_columns = [MARGINS[precision] for precision in precisions]
    _check_rows(frame, pair, margin_columns)
    readouts = [readout for readout in READOUTS if readout in set(frame["readout"])]
    views = tuple((readout, precision) for readout in readouts for precision in precisions)
    which = ["readout", "upstream", "late"]
    wide = frame.pivot(index=_EVENT, columns=which, values=margin_columns)  # noqa: PD010 (nothing to average)
    order = [(MARGINS[precision], readout, *cell) for readout, precision in views for cell in CELLS]
    wide = wide.reindex(columns=order)
    _check_complete(wide, pair)
    margins = wide.to_numpy(dtype=np.float64).reshape(len(wide), len(views), len(CELLS))
    return PairCells(pair, views, _events(frame, pair), margins)


def _only_pair(frame: pd.DataFrame) -> str:
    pairs = sorted(set(frame["pair"]))
    if len(pairs) != 1:
        raise MeasurementError(f"a cells table is of one pair and has events, but this one is of {pairs}")
    return str(pairs[0])


def _precisions(frame: pd.DataFrame, pair: str) -> list[str]:
    precisions = [precision for precision, column in MARGINS.items() if column in frame]
    if not precisions:
        raise MeasurementError(f"pair {pair!r}: the cells table has none of the margins {list(MARGINS.values())}")
    return precisions


def _check_rows(frame: pd.DataFrame, pair: str, margin_columns: list[str]) -> None:
    repeated = frame[frame.duplicated([*_EVENT, "upstream", "late", "readout"])]
    if len(repeated):
        raise MeasurementError(f"{_first(repeated, pair)} has {_cell(repeated)} more than once; keep one of the rows")
    for margin in margin_columns:
        strange = frame[~np.isfinite(frame[margin])]
        if len(strange):
            where = f"{_first(strange, pair)}, {_cell(strange)}"
            raise MeasurementError(
                f"{where}: {margin} is {strange[margin].iloc[0]}, not finite; measure the pair again"
            )


def _check_complete(wide: pd.DataFrame, pair: str) -> None:
    missing = wide.isna()
    incomplete = missing[missing.any(axis=1)]
    if len(incomplete):
        prompt, step = tuple(incomplete.index[0])
        _, readout, upstream, late = tuple(incomplete.columns[int(np.argmax(incomplete.iloc[0]))])
        raise MeasurementError(
            f"pair {pair!r}, prompt {prompt!r}, step {step}: no cell with upstream {upstream}, late {late}, "
            f"readout {readout}; measure all four cells ({len(incomplete)} events lack some)"
        )


def _events(frame: pd.DataFrame, pair: str) -> pd.DataFrame:
    events = frame[[*_EVENT, *_ATTRIBUTES]].drop_duplicates().sort_values(_EVENT, ignore_index=True)
    twofold = events[events.duplicated(_EVENT)]
    if len(twofold):
        raise MeasurementError(f"{_first(twofold, pair)}: rows differ in one of {_ATTRIBUTES}; they must agree")
    return events


def _first(rows: pd.DataFrame, pair: str) -> str:
    return f"pair {pair!r}, prompt {rows['prompt_id'].iloc[0]!r}, step {rows['step'].iloc[0]}"


def _cell(rows: pd.DataFrame) -> str:
    upstream, late, readout = rows[["upstream", "late", "readout"]].iloc[0]
    return f"upstream {upstream}, late {late}, readout {readout}"
