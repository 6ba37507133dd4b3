"""What the stages of hybrid states share: both late stacks, one resident at a time, run over the states of all arms."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.hybrids.hybrid_states import Arm, arms_with_own_cells, measure_arms
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.measures.states import States
from crosspatch.models.engine import engine_of
from crosspatch.models.halves import load_late
from crosspatch.models.loading import Placement
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer


def run_arms(
    arms: Mapping[str, Arm],
    states: Mapping[str, States],
    own: pd.DataFrame,
    *,
    manifests: Mapping[str, Path],
    events: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the `control_cells` of the arms, with the pair's own cells where an arm has none, and the engine."""
    table = read_table(events, "events")
    usable = table[table["usable"]]
    planned = plan_batches(usable["context"].map(len).tolist(), **batches)
    place = Placement(**placement)
    folders = {side: open_checkpoint(manifest).folder for side, manifest in manifests.items()}
    readouts = {side: load_readout(folder, load_tokenizer(folder), place) for side, folder in folders.items()}
    measured = []
    for late, folder in folders.items():
        half = load_late(folder, boundary, place)
        measured.append(measure_arms(half, late, arms, states[late], readouts, usable, planned, device=place.device))
        engine = engine_of(half, batches)
        del half
    return arms_with_own_cells(own, pd.concat(measured, ignore_index=True)), engine
