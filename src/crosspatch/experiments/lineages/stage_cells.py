"""All cells of a lineage at the events of one support: every stage's state read by every stage's late half."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from crosspatch.errors import MeasurementError
from crosspatch.records.sides import COMMON_BASE, COMMON_TUNED, NATIVE, READOUTS, TUNED

_CELL: Final = ["prompt_id", "upstream", "late", "readout"]
_NUMBERS: Final = ("margin_float32", "margin_checkpoint", "top_token")
_ATTRIBUTES: Final = ["pair", "prompt_id", "category", "template", "step", "base_token", "tuned_token", "consistent"]
COLUMNS: Final = (
    *_ATTRIBUTES, "upstream", "late", "readout", "margin_checkpoint", "margin_float32", "top_token", "donor_distance",
)  # fmt: skip


def assemble_stages(
    own: pd.DataFrame,
    readable: pd.DataFrame,
    late_tables: Sequence[pd.DataFrame],
    *,
    stages: Sequence[str],
    sides: Mapping[str, str],
) -> pd.DataFrame:
    """Return the `stage_cells` table of a support from what each stage's late half measured.

    own: the `cells` of the support's pair, which describe its events; stages: checkpoints in order; sides: the pair's
    two checkpoints by side. Raises MeasurementError, naming the event, if a cell is missing, or one of the pair's own
    four is not what the pair itself measured.
    """
    pair = str(own["pair"].iloc[0])
    known = own[_ATTRIBUTES].drop_duplicates("prompt_id")
    known = known[known["prompt_id"].isin(readable.loc[readable["readable"], "prompt_id"])]
    cells = known.merge(pd.concat(late_tables, ignore_index=True), on="prompt_id")
    _check_whole(pair, known, cells, len(stages) ** 2 * len(READOUTS))
    _check_same(pair, own, cells, sides, shared_readouts(stages, sides))
    return cells[list(COLUMNS)]


def shared_readouts(stages: Sequence[str], sides: Mapping[str, str]) -> list[str]:
    """Return the readouts that mean the same in a support's pair and in the lineage, whose common one is the last's."""
    last = [COMMON_TUNED] if sides[TUNED] == stages[-1] else []
    return [*last, COMMON_BASE, NATIVE]


def _check_whole(pair: str, known: pd.DataFrame, cells: pd.DataFrame, expected: int) -> None:
    rows = cells["prompt_id"].value_counts()
    for prompt_id in known["prompt_id"]:
        if rows.get(prompt_id, 0) != expected:
            raise MeasurementError(
                f"support {pair!r}: event of prompt {prompt_id!r} has {rows.get(prompt_id, 0)} rows of stages' "
                f"cells, not {expected}; delete the lineage's late tables and run again"
            )


def _check_same(
    pair: str, own: pd.DataFrame, cells: pd.DataFrame, sides: Mapping[str, str], readouts: Sequence[str]
) -> None:
    named = own.assign(**{place: own[place].map(dict(sides)) for place in ("upstream", "late")})
    both = cells[cells["readout"].isin(readouts)].merge(named, on=_CELL, suffixes=("", "_own"))
    for number in _NUMBERS:
        other = both[both[number] != both[f"{number}_own"]]
        if len(other):
            row = other.iloc[0]
            raise MeasurementError(
                f"support {pair!r}, prompt {row['prompt_id']!r}: {number} of {row['upstream']!r} upstream and "
                f"{row['late']!r} late under {row['readout']} is {row[number]} in the lineage and "
                f"{row[f'{number}_own']} in the pair's own cells; both run the same halves, so measure both "
                "again on one machine"
            )
