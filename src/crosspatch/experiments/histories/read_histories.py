"""Let one reader read the histories of every teacher, at all blocks and under both lenses (rule read_histories)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.histories.lens_distributions import LensReadout
from crosspatch.experiments.histories.readings import read_histories
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.states import StateFile
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.lens import lens_of
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import readout_of
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    checkpoint: Path,
    lens: Path,
    histories: list[Path],
    readings: list[Path],
    writes: list[Path],
    mode: str,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load the whole checkpoint once; write two tables per teacher, in the order of the histories."""
    folder, place = open_checkpoint(checkpoint).folder, Placement(**placement)
    model = load_model(folder, place)
    with StateFile(lens) as stored:
        worn = lens_of(stored).to(place.device)
    lens_readout = LensReadout(readout_of(model, load_tokenizer(folder)), worn)
    made = with_engine(provenance, engine_of(model, batches))
    for history, reading, write in zip(histories, readings, writes, strict=True):
        table = read_table(history, "histories")
        read, written = read_histories(model, lens_readout, table, mode=mode, batches=batches)
        write_table(read, reading, "readings", made)
        write_table(written, write, "read_writes", made)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
