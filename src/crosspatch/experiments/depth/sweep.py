"""The crossed cells at every boundary: does the finding hang on where the stack is cut?"""

from collections.abc import Mapping, Sequence

import pandas as pd
from torch import nn

from crosspatch.jobs.batching import Batch
from crosspatch.jobs.cells import measure_late_cells
from crosspatch.measures.states import States
from crosspatch.models.readout import Readout
from crosspatch.records.sides import SIDES


def measure_crossed_cells(
    halves: Mapping[int, nn.Module],
    late: str,
    states: Mapping[int, Mapping[str, States]],
    readouts: Mapping[str, Readout],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Run one side's late half of each boundary on the other side's states entering it.

    halves and states are by boundary. A checkpoint's own state in its own late half is its full forward pass at every
    boundary, so the two unpatched cells are those of the factorial and are not measured again.
    """
    (other,) = (side for side in SIDES if side != late)
    tables = []
    for boundary, half in halves.items():
        cells = measure_late_cells(
            half,
            late,
            states[boundary],
            readouts,
            events,
            batches,
            upstreams=(other,),
            device=device,
        )
        tables.append(cells.assign(boundary=boundary))
    return pd.concat(tables, ignore_index=True)
