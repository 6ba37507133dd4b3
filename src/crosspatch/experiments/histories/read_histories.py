"""Let one reader read the histories of every teacher, at all blocks and under both lenses (rule read_histories)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.histories.lens_distributions import LensReadout
from crosspatch.experiments.histories.readings import read_histories
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.lens import read_lens
from crosspatch.models.configs import text_config
from crosspatch.models.engine import engine_of, with_engine
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
    opened, place = open_checkpoint(checkpoint), Placement(**placement)
    model = load_model(opened.folder, place)
    shape = text_config(opened.folder)
    maps = read_lens(lens, checkpoint=opened.name, blocks=shape.num_hidden_layers, width=shape.hidden_size)
    lens_readout = LensReadout(readout_of(model, load_tokenizer(opened.folder)), maps.to(place.device))
    made = with_engine(provenance, engine_of(model, batches))
    for history, reading, write in zip(histories, readings, writes, strict=True):
        table = read_table(history, "histories")
        read, written = read_histories(model, lens_readout, table, mode=mode, batches=batches)
        write_table(read, reading, "readings", made)
        write_table(written, write, "read_writes", made)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
