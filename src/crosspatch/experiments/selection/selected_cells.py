"""The four cells at selected events, by the engine of the first divergences."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pandas as pd
from torch import nn

from crosspatch.jobs.assembly import assemble_cells
from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import capture_boundary_states, measure_late_cells
from crosspatch.jobs.control_cells import COLUMNS
from crosspatch.jobs.selected_events import pooled
from crosspatch.models.readout import Readout
from crosspatch.records.sides import SIDES

_ROW: Final = ["pair", "prompt_id", "arm", "step", "upstream", "late", "readout"]
_MARGINS: Final = ["margin_checkpoint", "margin_float32"]


def measure_selected_events(
    load_upstream: Callable[[str], nn.Module],
    load_late: Callable[[str], nn.Module],
    readouts: Mapping[str, Readout],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Return the `control_cells` of usable `selected_events`, with the arms that pool others.

    The loaders give a side's half, and one half is resident at a time; none is loaded for no event. States are kept by
    event, since a prompt has several.
    """
    if events.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    keyed = events.assign(prompt_id=events["event"])
    states = {side: capture_boundary_states(load_upstream(side), keyed, batches, device=device) for side in SIDES}
    tables = [
        measure_late_cells(load_late(side), side, states, readouts, keyed, batches, device=device) for side in SIDES
    ]
    cells = assemble_cells(events["pair"].iloc[0], keyed, tables).rename(columns={"prompt_id": "event"})
    return with_pooled_arms(cells.merge(events[["event", "prompt_id", "arm", "pooled_arm"]], on="event"))


def with_pooled_arms(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of every arm and of those that pool others; margins of one prompt at one step are averaged.

    Events of a pooled arm at different steps of a prompt stay apart; estimates average them within the prompt.
    """
    pool = pooled(cells)
    means = pool.groupby(_ROW, sort=False).agg(
        dict.fromkeys(_MARGINS, "mean")
        | {"consistent": "all"}
        | dict.fromkeys(("category", "template", "base_token", "tuned_token"), "first")
    )
    return pd.concat([cells, means.reset_index()], ignore_index=True)[list(COLUMNS)]
