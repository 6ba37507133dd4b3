"""What the batched full-pass contenders share: their own passes first, then the two crossed ones, then the readout."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.workloads import Workload
from crosspatch.experiments.factorial import last_positions, right_padded
from crosspatch.measures.effects import CELLS

Pass = Callable[[Workload, Tensor, str, str, dict[str, Tensor]], Tensor]


def by_batch(work: Workload, forward: Pass) -> np.ndarray:
    """Return margins [event, cell] from `forward`, which returns the last block's output of one cell."""
    margins = np.empty((len(work.events), len(CELLS)))
    for batch in work.planned:
        rows = work.events.iloc[batch]
        tokens = right_padded([torch.tensor(context) for context in rows["context"]])
        lengths, states = [len(context) for context in rows["context"]], {}
        for upstream, late in sorted(CELLS, key=lambda cell: cell[0] != cell[1]):
            last = last_positions(forward(work, tokens, upstream, late, states), lengths)
            logits = work.readouts["tuned"].logits(last)
            tuned, base = (
                logits.gather(1, torch.tensor(rows[name].to_numpy())[:, None]) for name in ("tuned_token", "base_token")
            )
            margins[batch, CELLS.index((upstream, late))] = (tuned - base)[:, 0].numpy()
    return margins
