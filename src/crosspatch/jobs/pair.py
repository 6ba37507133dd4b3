"""A pair opened for the engine: both checkpoints at one placement, and the events to run in batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from torch import nn

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.jobs.batching import Batch, plan_batches
from crosspatch.models.engine import engine_of
from crosspatch.models.halves import load_late, load_upstream
from crosspatch.models.loading import Placement
from crosspatch.models.readout import Readout, load_readout
from crosspatch.models.tokens import load_tokenizer
from crosspatch.records.sides import SIDES


@dataclass(frozen=True)
class OpenedPair:
    """Both sides' checkpoint folders, where and in which dtype they run, the usable events and their batches.

    Weights are loaded when they are asked for: a half anew each time, so that one can be dropped before the next.
    """

    folders: Mapping[str, Path]
    place: Placement
    events: pd.DataFrame
    batches: Sequence[Batch]
    plan: Mapping[str, Any]

    @cached_property
    def readouts(self) -> dict[str, Readout]:
        """Final norm, unembedding and real tokens of each side."""
        return {side: load_readout(folder, load_tokenizer(folder), self.place) for side, folder in self.folders.items()}

    def upstream(self, side: str, boundary: int) -> nn.Module:
        """Load blocks 0..boundary-1 of one side."""
        return load_upstream(self.folders[side], boundary, self.place)

    def late(self, side: str, boundary: int) -> nn.Module:
        """Load blocks boundary..n-1 of one side."""
        return load_late(self.folders[side], boundary, self.place)

    def engine(self, model: nn.Module) -> dict[str, Any]:
        """Return what ran a half or a checkpoint of the pair, for the provenance of what it gave."""
        return engine_of(model, self.plan)


def open_pair(
    base: Path, tuned: Path, events: pd.DataFrame, placement: Mapping[str, str], batches: Mapping[str, Any]
) -> OpenedPair:
    """Open the checkpoints of two manifests for the usable rows of a table of events.

    Raises CheckpointError if a checkpoint is gone or another than its manifest says, ConfigError if the batch plan does
    not exist.
    """
    usable = events[events["usable"]]
    folders = {side: open_checkpoint(manifest).folder for side, manifest in zip(SIDES, (base, tuned), strict=True)}
    planned = plan_batches(usable["context"].map(len).tolist(), **batches)
    return OpenedPair(folders, Placement(**placement), usable, planned, batches)
