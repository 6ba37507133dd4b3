"""Effects of single events: of a pair's own cells, and of the cells of its controls."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from crosspatch.measures.effects import CONTRASTS, contrast_of_cells, contrasts_of_cells
from crosspatch.records.sides import COMMON_TUNED
from crosspatch.statistics.cells_array import pair_cells

PRIMARY = (COMMON_TUNED, "float32")
SWEEP, BOUNDARY = "depth", "boundary "
"""The control that measures every boundary, and how its arms are called."""


class ArmCells(NamedTuple):
    """The cells of one arm of a control."""

    control: str
    arm: str
    cells: pd.DataFrame


@dataclass
class Elsewhere:
    """The interaction of one prompt in the arms of controls: at other boundaries, with other cells, with its own."""

    boundaries: dict[int, float] = field(default_factory=dict)
    arms: list[tuple[str, int, float]] = field(default_factory=list)
    counted_in: list[str] = field(default_factory=list)

    def columns(self) -> dict[str, list[Any]]:
        """Return the columns of `described_events` that say it."""
        names, steps, values = (list(column) for column in zip(*self.arms, strict=True)) if self.arms else ([], [], [])
        return {
            "boundaries": sorted(self.boundaries),
            "boundary_interactions": [self.boundaries[key] for key in sorted(self.boundaries)],
            "arms": names,
            "arm_steps": steps,
            "arm_interactions": values,
            "counted_in": self.counted_in,
        }


def own_effects(cells: pd.DataFrame) -> pd.DataFrame:
    """Return by prompt of a `cells` table its step, primary margins (a list in the order of CELLS) and effects."""
    own = pair_cells(cells)
    margins = own.margins[:, own.views.index(PRIMARY)]
    found = pd.DataFrame(contrasts_of_cells(margins), columns=list(CONTRASTS))
    known = own.events[["prompt_id", "step", "consistent"]].reset_index(drop=True)
    return known.join(found).assign(margins=margins.tolist()).set_index("prompt_id")


def arms_of(tables: Mapping[str, pd.DataFrame], controls: Mapping[str, tuple[str, str]]) -> Iterator[ArmCells]:
    """Yield the arms of every control; tables of `control_cells` by name, controls as (table, pattern of its arms)."""
    for control, (table, pattern) in controls.items():
        cells = tables[table]
        for arm, rows in cells[cells["arm"].str.fullmatch(pattern)].groupby("arm", sort=False):
            yield ArmCells(control, str(arm), rows)


def effects_elsewhere(own: pd.DataFrame, arms: Iterable[ArmCells]) -> dict[str, Elsewhere]:
    """Return by prompt its interaction in the arms of controls; `own` is what `own_effects` returned."""
    found: dict[str, Elsewhere] = defaultdict(Elsewhere)
    known = {prompt: (row.step, row.margins) for prompt, row in zip(own.index, own.itertuples(), strict=True)}
    for control, arm, cells in arms:
        measured = pair_cells(cells)
        margins = measured.margins[:, measured.views.index(PRIMARY)]
        interactions = contrast_of_cells(margins, "interaction")
        for event, four, value in zip(measured.events.itertuples(), margins.tolist(), interactions, strict=True):
            place = found[event.prompt_id]
            if control == SWEEP and arm.startswith(BOUNDARY):
                place.boundaries[int(arm.removeprefix(BOUNDARY))] = float(value)
            elif known.get(event.prompt_id) == (event.step, four):
                place.counted_in.append(f"{control}: {arm}")
            else:
                place.arms.append((f"{control}: {arm}", int(event.step), float(value)))
    return found


def cell_columns(cells: pd.DataFrame, order: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return by prompt lists over the cells, in that `order`, of top token and ranks under the common tuned readout."""
    rows = cells[cells["readout"] == PRIMARY[0]]
    wide = rows.pivot_table(
        index="prompt_id", columns=["upstream", "late"], values=["top_token", "base_rank", "tuned_rank"]
    ).astype(np.int64)
    return pd.DataFrame(
        {name: wide[name][list(order)].to_numpy().tolist() for name in ("top_token", "base_rank", "tuned_rank")},
        index=wide.index,
    )
