"""Run one stage's late half on all stages' boundary states: a row of the stage-by-stage cells (rule measure_stage)."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from torch import nn

from crosspatch.experiments.lineages.stage_events import events_to_run, only_readable
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.states import StateFile
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import Batch, plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.jobs.cells import finite, read_under, run_on_states
from crosspatch.measures.states import States
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import load_late
from crosspatch.models.loading import Placement
from crosspatch.models.readout import Readout, load_readout
from crosspatch.models.tokens import load_tokenizer
from crosspatch.records.sides import COMMON_BASE, COMMON_TUNED, NATIVE


def measure_stage_cells(
    half: nn.Module,
    late: str,
    states: Mapping[str, States],
    readouts: Mapping[str, Readout],
    events: pd.DataFrame,
    batches: Sequence[Batch],
    *,
    device: str,
) -> pd.DataFrame:
    """Return the cells of one late half on the states of all stages, by checkpoint, the last stage last.

    readouts: those of the first, the last and the `late` stage, by checkpoint; the common ones are the first's and the
    last's, as they are a pair's base's and tuned side's.
    """
    stages = list(states)
    names = {stages[-1]: [COMMON_TUNED], stages[0]: [COMMON_BASE]}
    names[late] = [*names.get(late, []), NATIVE]
    read = partial(read_under, readouts=[(readouts[name], own) for name, own in names.items()])
    return run_on_states(half, late, states, read, events, batches, upstreams=stages, device=device)


def main(
    *,
    stages: list[Path],
    states: list[Path],
    events: Path,
    readable: Path,
    cells: Path,
    late: str,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load blocks boundary..n-1 of one stage and the readouts of the first, the last and this one."""
    opened = {one.name: one.folder for one in map(open_checkpoint, stages)}
    place, kept = Placement(**placement), read_table(readable, "stage_events")
    run = events_to_run(read_table(events, "events"), kept)
    needed = dict.fromkeys([*list(opened)[:1], *list(opened)[-1:], late])
    readouts = {name: load_readout(opened[name], load_tokenizer(opened[name]), place) for name in needed}
    half = load_late(opened[late], boundary, place)
    planned = plan_batches(run["context"].map(len).tolist(), **batches)
    with ExitStack() as stack:
        files = {name: stack.enter_context(StateFile(path)) for name, path in zip(opened, states, strict=True)}
        measured = measure_stage_cells(half, late, files, readouts, run, planned, device=place.device)
    table = finite(only_readable(measured, kept))
    write_table(table, cells, "stage_late_cells", with_engine(provenance, engine_of(half, batches)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
