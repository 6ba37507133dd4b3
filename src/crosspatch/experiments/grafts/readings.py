"""Readings of histories by a host under every arm, as tables: means over the steps of a history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor
from tqdm import tqdm
from transformers import PreTrainedModel

from crosspatch.experiments.grafts.arms import Arm, Rows
from crosspatch.experiments.grafts.distances import ArmStates, Reader, read_arms, readers_of
from crosspatch.experiments.grafts.found import AXES, CHOSEN, READ, WRITTEN, Found, Means
from crosspatch.experiments.grafts.grafted_passes import run_arms, run_other
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.passes import BLOCK, MLP, History, check_forced, usable_histories
from crosspatch.models.lens import LensReadout
from crosspatch.records.grafts import NO_GRAFT


@dataclass(frozen=True)
class Party:
    """A whole checkpoint of a pair, its readout and lens, and the mode of the prompts that it reads."""

    model: PreTrainedModel
    read: LensReadout
    mode: str


@dataclass(frozen=True)
class _Batch:
    rows: Rows
    others: Sequence[History]

    @property
    def forced(self) -> Tensor:
        return torch.tensor([token for history in self.rows.histories for token in history.forced])

    def means(self, values: Mapping[str, Tensor]) -> Means:
        """Return the mean over the steps of every history, of values whose first axis are all steps."""
        counts = np.array([len(history.forced) for history in self.rows.histories])
        starts = np.cumsum(counts) - counts
        return {name: _mean(one.cpu().numpy().astype(np.float64), starts, counts) for name, one in values.items()}


def read_grafts(
    host: Party, other: Party, table: pd.DataFrame, arms: Sequence[Arm], *, batches: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """Return the tables READ, WRITTEN and CHOSEN of a host under every arm, and of `no graft`, the host as it is.

    table: the teacher's `histories`. Arms that a batch has too few rows for have no rows of its histories.
    MeasurementError, naming the prompt, if no history is usable, a forced token cannot be chosen by the host, or a
    quantity is not finite.
    """
    named, others = usable_histories(table, host.mode), usable_histories(table, other.mode)
    check_forced(named, host.read.readout)
    names, histories = list(named), list(named.values())
    readers = readers_of(host.read, other.read)
    found = Found(names, [(NO_GRAFT,), *(arm.names for arm in arms)])
    planned = plan_batches([len(history.read) for history in histories], **batches)
    for places in tqdm(planned, desc=f"grafts, {host.mode} prompts", unit="batch"):
        rows = Rows([names[place] for place in places], [histories[place] for place in places])
        batch = _Batch(rows, [others[names[place]] for place in places])
        for arm, kinds in _read_batch(host, other, readers, batch, arms, batches):
            found.put(places, arm, kinds)
    return {kind: found.table(kind, axes) for kind, axes in AXES.items()}


def _read_batch(
    host: Party,
    other: Party,
    readers: tuple[Reader, Reader],
    batch: _Batch,
    arms: Sequence[Arm],
    batches: Mapping[str, Any],
) -> Iterator[tuple[int, Mapping[str, Means]]]:
    """Yield the place of every arm that could be run, 0 being the host as it is, and its means by kind of table."""
    passes = run_arms(host.model, batch.rows, arms)
    own = passes.own
    unpatched = ArmStates(0, own.blocks), ArmStates(0, run_other(other.model, batch.others, batches))
    run = {0: (own.cosines, ArmStates(len(own.blocks), own.blocks[-1:]))}
    for place, grafted in sorted(passes.arms.items()):
        below = {name: values[: grafted.first] for name, values in own.cosines.items()}
        cosines = {name: torch.cat([below[name], values]) for name, values in grafted.states.cosines.items()}
        run[place + 1] = cosines, ArmStates(grafted.first, grafted.states.blocks)
    read = read_arms(readers, unpatched, [states for _, states in run.values()], batch.forced.to(host.model.device))
    steps = np.array([len(history.forced) for history in batch.rows.histories])
    for (place, (cosines, _)), (blocks, end) in zip(run.items(), read, strict=True):
        written = {name: cosines[name].T for name in (BLOCK, MLP)}
        chosen = batch.means(end) | {"steps": steps}
        yield place, {READ: batch.means(blocks), WRITTEN: batch.means(written), CHOSEN: chosen}


def _mean(
    values: Float[np.ndarray, "step ..."], starts: Int[np.ndarray, " history"], counts: Int[np.ndarray, " history"]
) -> Float[np.ndarray, "history ..."]:
    totals = np.add.reduceat(values, starts, axis=0)
    means: Float[np.ndarray, "history ..."] = (totals.T / counts).T
    return means.astype(np.float32)
