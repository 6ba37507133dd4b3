"""Readings of histories by one checkpoint, as tables: what every block says, and which way blocks and MLPs write."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity
from transformers import PreTrainedModel

from crosspatch.experiments.histories.lens_distributions import read_blocks
from crosspatch.experiments.histories.rows import check_finite, in_batches, laid_out
from crosspatch.jobs.passes import BLOCK, MLP, History, check_forced, run_pass, usable_histories
from crosspatch.models.lens import LensReadout
from crosspatch.records.histories import LENSES

_TO_LAST = "cos_to_last"
_NEXT = ("kl_to_next", "kl_from_next", "js_to_next")


def read_histories(
    model: PreTrainedModel, lens_readout: LensReadout, table: pd.DataFrame, *, mode: str, batches: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the `readings` and the `read_writes` of one reader on the usable histories of one teacher.

    table: the teacher's `histories`; mode: that of the prompts that the reader is shown. One forward pass per history.
    MeasurementError, naming the prompt, if no history is usable, a forced token cannot be chosen by this reader, or a
    quantity is not finite.
    """
    histories = usable_histories(table, mode)
    check_forced(histories, lens_readout.readout)

    def measure(names: Sequence[str]) -> Mapping[str, Tensor]:
        return _read_batch(model, lens_readout, [histories[name] for name in names])

    read = in_batches(histories, batches, measure, f"histories, {mode} prompts")
    written = {name: read.pop(name) for name in (BLOCK, MLP, _TO_LAST)}
    axes = {"block": range(written[BLOCK].shape[1])}
    rows = laid_out(histories, axes | {"lens": LENSES}, read)
    check_finite(rows, [*axes, "lens"], {name: rows["block"] < rows["block"].max() for name in _NEXT})
    return rows, laid_out(histories, axes, written)


def _read_batch(model: PreTrainedModel, lens_readout: LensReadout, histories: Sequence[History]) -> dict[str, Tensor]:
    """Quantities [step, ...] of all histories, one after the other."""
    states = run_pass(model, histories)
    forced = torch.tensor([token for history in histories for token in history.forced], device=model.device)
    last = states.blocks[-1].float()
    to_last = torch.stack([cosine_similarity(state.float(), last, dim=-1) for state in states.blocks], dim=1)
    cosines = {name: one.T for name, one in states.cosines.items()} | {_TO_LAST: to_last}
    return read_blocks(lens_readout, states.blocks, forced) | cosines
