"""Read out the boundary states of both sides (rule read_boundary)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.commitment.boundary_margins import measure_boundary_margins
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.states import StateFile
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.batching import plan_batches
from crosspatch.jobs.binding import bind
from crosspatch.models.loading import Placement
from crosspatch.models.readout import load_readout
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    base: Path,
    tuned: Path,
    base_states: Path,
    tuned_states: Path,
    events: Path,
    margins: Path,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load final norm and unembedding of both sides, no block."""
    table = read_table(events, "events")
    usable = table[table["usable"]]
    place = Placement(**placement)
    folders = {"base": open_checkpoint(base).folder, "tuned": open_checkpoint(tuned).folder}
    readouts = {side: load_readout(folder, load_tokenizer(folder), place) for side, folder in folders.items()}
    with StateFile(base_states) as from_base, StateFile(tuned_states) as from_tuned:
        measured = measure_boundary_margins(
            {"base": from_base, "tuned": from_tuned},
            readouts,
            usable,
            plan_batches(usable["context"].map(len).tolist(), **batches),
            device=place.device,
        )
    write_table(measured, margins, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
