"""Read the logits of all event tokens of a pair in all four cells (rule read_token_pool)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.nulls.token_pool import read_token_pool
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.states import StateFile
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import load_late
from crosspatch.models.loading import Placement
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    verified: Path,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    pool: Path,
    boundary: int,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load one side's late half after the other's, with the tuned readout; write four rows of logits per event."""
    table = read_table(events, "events")
    usable = table[table["usable"]]
    planned = plan_batches(usable["context"].map(len).tolist(), **batches)
    place = Placement(**placement)
    folders = {"base": open_checkpoint(base).folder, "tuned": open_checkpoint(tuned).folder}
    readout = load_readout(folders["tuned"], load_tokenizer(folders["tuned"]), place)
    tables = []
    with StateFile(base_states) as from_base, StateFile(tuned_states) as from_tuned:
        states = {"base": from_base, "tuned": from_tuned}
        for late, folder in folders.items():
            half = load_late(folder, boundary, place)
            tables.append(read_token_pool(half, late, states, readout, usable, planned, device=place.device))
            engine = engine_of(half, batches)
            del half  # one late half at a time
    write_table(pd.concat(tables, ignore_index=True), pool, "token_pool", with_engine(provenance, engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
