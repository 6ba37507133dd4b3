"""What the batched full-pass contenders share: their own passes first, then the two crossed ones, then the readout."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.workloads import Workload
from crosspatch.jobs.cells import last_positions, right_padded
from crosspatch.measures.effects import CELLS

Pass = Callable[[Workload, Tensor, str, str, dict[str, Tensor]], Tensor]


def by_batch(work: Workload, forward: Pass) -> np.ndarray:
    """Return margins [event, cell] from `forward`, which returns the last block's output of one cell."""
    margins = np.empty((len(work.events), len(CELLS)))
    for batch in work.planned:
        rows = work.events.iloc[batch]
        tokens = right_padded([torch.tensor(context) for context in rows["context"]]).to(work.device)
        lengths, states = [len(context) for context in rows["context"]], {}
        for upstream, late in sorted(CELLS, key=lambda cell: cell[0] != cell[1]):
            last = last_positions(forward(work, tokens, upstream, late, states), lengths)
            logits = work.readouts["tuned"].logits(last)
            wanted = torch.tensor(rows[["base_token", "tuned_token"]].to_numpy("int64").tolist(), device=work.device)
            base, tuned = logits.gather(1, wanted).cpu().unbind(1)
            margins[batch, CELLS.index((upstream, late))] = (tuned - base).numpy()
    return margins
