"""The engine itself: upstream halves, boundary states on disk, late halves, every column of the cells table."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmarks.workloads import Workload
from crosspatch.experiments.depth.sweep import measure_crossed_cells
from crosspatch.experiments.divergence.first_divergences import find_first_divergences
from crosspatch.files.states import StateFile, write_states
from crosspatch.jobs.boundaries import capture_every_boundary
from crosspatch.jobs.cells import capture_boundary_states, measure_late_cells
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.measures.effects import CELLS
from crosspatch.models.halves import late_half, upstream_half
from crosspatch.models.vocabulary import Vocabulary
from crosspatch.records.sides import BASE, SIDES


def cells(work: Workload) -> np.ndarray:
    """Return margins under common_tuned [event, cell], measured as capture_boundary and measure_cells do."""
    with TemporaryDirectory() as scratch:
        files = {side: Path(scratch) / f"{side}.safetensors" for side in SIDES}
        for side in SIDES:
            half = upstream_half(work.models[side], work.boundary)
            write_states(capture_boundary_states(half, work.events, work.planned, device=work.device), files[side], {})
        with StateFile(files["base"]) as base, StateFile(files["tuned"]) as tuned:
            states = {"base": base, "tuned": tuned}
            tables = [_late_cells(work, late, states) for late in SIDES]
    table = pd.concat(tables)
    table = table[table["readout"] == "common_tuned"]
    wide = table.set_index(["prompt_id", "upstream", "late"])["margin_checkpoint"].unstack(["upstream", "late"])  # noqa: PD010
    return wide.loc[work.events["prompt_id"], list(CELLS)].to_numpy()


def sweep(work: Workload, boundaries: Sequence[int]) -> None:
    """Measure the unpatched cells once and the crossed cells at every boundary."""
    captured = {
        side: capture_every_boundary(
            upstream_half(work.models[side], max(boundaries)), boundaries, work.events, work.planned, device=work.device
        )
        for side in SIDES
    }
    states = {boundary: {side: captured[side][boundary] for side in SIDES} for boundary in boundaries}
    options = {"device": work.device}
    for late in SIDES:
        halves = {boundary: late_half(work.models[late], boundary) for boundary in boundaries}
        measure_crossed_cells(halves, late, states, work.readouts, work.events, work.planned, **options)
        first = min(boundaries)
        own = (halves[first], late, states[first], work.readouts, work.events, work.planned)
        measure_late_cells(*own, upstreams=(late,), **options)


def rollouts(work: Workload) -> dict[str, list[list[int]]]:
    """Return each side's greedy tokens by prompt."""
    return {side: _roll_out(work, side)["tokens"].tolist() for side in SIDES}


def study(work: Workload) -> np.ndarray:
    """Roll out both sides, find the first divergences, and return their margins [event, cell]."""
    size = work.models[BASE].config.vocab_size
    sides = (Vocabulary(work.tokenizer, size, work.stops), Vocabulary(work.tokenizer, size, work.stops))
    tables = [_roll_out(work, side) for side in SIDES]
    events = find_first_divergences(work.name, work.prompts, *tables, sides=sides)
    return cells(replace(work, events=events[events["usable"]].reset_index(drop=True)))


def _late_cells(work: Workload, late: str, states: dict[str, StateFile]) -> pd.DataFrame:
    return measure_late_cells(
        late_half(work.models[late], work.boundary),
        late,
        states,
        work.readouts,
        work.events,
        work.planned,
        device=work.device,
    )


def _roll_out(work: Workload, side: str) -> pd.DataFrame:
    return roll_out_prompts(
        work.models[side],
        work.tokenizer,
        work.prompts,
        stops=work.stops,
        max_new_tokens=work.max_new_tokens,
        batches=work.batches,
    )
