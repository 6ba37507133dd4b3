"""The arms of a sweep over boundaries: by block index, by blocks left at the end, and by share of the depth."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from crosspatch.errors import ConfigError
from crosspatch.jobs.control_cells import cells_of_arms

TENTHS: Final = range(1, 10)
"""Relative depths of the arms that families of different depth share."""
OWN: Final = "first divergence"
"""Arm of the pair's own cells, so of the boundary that the config gives the pair."""


def swept_boundaries(blocks: int, registered: int, *, stride: int, terminal: Sequence[int]) -> list[int]:
    """Return every `stride`-th boundary from 1 on, the registered one, and those with `terminal` blocks above them.

    Raises ConfigError if a boundary would leave no block below it.
    """
    for count in terminal:
        if count >= blocks:
            raise ConfigError(
                f"controls/depth/terminal asks for the last {count} of {blocks} blocks; it must be {blocks - 1} at most"
            )
    return sorted({*range(1, blocks, stride), registered, *(blocks - count for count in terminal)})


def depth_arms(boundaries: Sequence[int], blocks: int, terminal: Sequence[int]) -> dict[str, int]:
    """Return {arm: boundary} of a sweep: `boundary B`; `last N blocks`; and `depth 0.1` to `depth 0.9`, the boundary
    nearest to that share of the blocks, the lower of two that are as near.
    """
    arms = {f"boundary {boundary}": boundary for boundary in boundaries}
    arms |= {f"last {count} block{'s' if count > 1 else ''}": blocks - count for count in terminal}
    return arms | {
        f"depth {tenth / 10:.1f}": min(boundaries, key=lambda own: (abs(10 * own - tenth * blocks), own))
        for tenth in TENTHS
    }


def arms_by_boundary(cells: pd.DataFrame, crossed: pd.DataFrame, arms: Mapping[str, int]) -> pd.DataFrame:
    """Return the `control_cells` of a sweep from the pair's own cells and the `crossed` ones of every boundary.

    The unpatched cells are the pair's own in every arm: a checkpoint cut anywhere and put together again is whole.
    """
    unpatched = cells[cells["upstream"] == cells["late"]]
    measured = ["upstream", "late", "readout", "margin_checkpoint", "margin_float32"]
    events = cells.drop(columns=measured).drop_duplicates("prompt_id")
    known = events[["pair", "prompt_id", "category", "template", "step", "base_token", "tuned_token", "consistent"]]
    swept = known.merge(crossed[["prompt_id", "boundary", *measured]], on="prompt_id")
    return cells_of_arms(
        {arm: pd.concat([unpatched, swept[swept["boundary"] == boundary]]) for arm, boundary in arms.items()}
    )


def values_by_boundary(measured: pd.DataFrame, pair: str, arms: Mapping[str, int]) -> pd.DataFrame:
    """Return the `control_values` of a table with columns prompt_id, step, boundary, quantity and value."""
    named = [measured[measured["boundary"] == boundary].assign(arm=arm) for arm, boundary in arms.items()]
    whole = pd.concat(named, ignore_index=True).drop(columns="boundary")
    return whole.assign(pair=pair, readout=None, precision=None)


def relative_depths(events: pd.DataFrame, arms: Mapping[str, int], blocks: int, registered: int) -> pd.DataFrame:
    """Return the `control_values` relative_depth, boundary / blocks, of every arm and of the pair's own cells."""
    boundaries = sorted({*arms.values(), registered})
    shares = pd.DataFrame({"boundary": boundaries, "value": [boundary / blocks for boundary in boundaries]})
    known = events[["prompt_id", "step"]].astype({"step": int})
    measured = known.merge(shares, how="cross").assign(quantity="relative_depth")
    return values_by_boundary(measured, str(events["pair"].iloc[0]), {OWN: registered, **arms})
