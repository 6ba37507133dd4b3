"""Let the tuned late stack read base states moved by differences to the tuned ones (rule move_states)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from torch import nn

from crosspatch.experiments.closure.captured import (
    Captured,
    capture_states,
    directions_between,
    measured_boundaries,
)
from crosspatch.experiments.closure.moved_margins import measure_boundary
from crosspatch.experiments.closure.moved_states import Boundary, Settings
from crosspatch.experiments.closure.split import split_events
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.pair import OpenedPair, open_pair
from crosspatch.models.engine import with_engine
from crosspatch.models.halves import check_boundary, load_late_halves, load_upstream
from crosspatch.records.sides import BASE, TUNED

OTHER = "other"


def main(
    *,
    verified: list[Path],
    base: Path,
    tuned: Path,
    other: list[Path],
    events: Path,
    margins: Path,
    boundary: int,
    closure: Mapping[str, Any],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Capture all upstreams' states, fit directions at every boundary, then run its late half on all arms' states.

    verified: of the pair and of that of `other`, the manifest of another descendant, if there is one; not read.
    """
    table = read_table(events, "events")
    opened, parts = open_pair(base, tuned, table, placement, batches), split_events(table, **closure["split"])
    blocks, device = check_boundary(opened.folders[BASE], boundary), opened.place.device
    swept, folders = measured_boundaries(blocks, boundary, closure["boundaries"]), dict(opened.folders)
    for path in other:
        folders[OTHER] = open_checkpoint(path).folder
    captured = {
        name: capture_states(load_upstream(folder, swept[-1], opened.place), swept, parts, batches, device=device)
        for name, folder in folders.items()
    }
    halves = load_late_halves(opened.folders[TUNED], swept, opened.place)
    settings = Settings(closure["directions"], closure["primary"], closure["seeds"])
    found = [
        _at_boundary(half, one, captured, opened, parts[1], settings, batches).assign(is_registered=one == boundary)
        for one, half in halves.items()
    ]
    whole = pd.concat(found, ignore_index=True).assign(blocks=blocks, n_fitted=len(parts[0]))
    write_table(whole, margins, "moved_margins", with_engine(provenance, opened.engine(halves[swept[0]])))


def _at_boundary(
    half: nn.Module,
    boundary: int,
    captured: Mapping[str, Captured],
    opened: OpenedPair,
    held_out: pd.DataFrame,
    settings: Settings,
    plan: Mapping[str, Any],
) -> pd.DataFrame:
    last, states = ({name: found[part][boundary] for name, found in captured.items()} for part in (0, 1))
    at = Boundary(states[BASE], states[TUNED], directions_between(last[BASE], last[TUNED]), states.get(OTHER))
    pair, what = str(held_out["pair"].iloc[0]), (held_out, plan)
    words, device = (pair, boundary), opened.place.device
    found = measure_boundary(half, opened.readouts[TUNED], at, settings, *what, words=words, device=device)
    steps = held_out[["prompt_id", "step"]].astype({"step": int})
    return found.merge(steps, on="prompt_id").assign(pair=pair, boundary=boundary)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
