"""Let both checkpoints of a pair read both rollouts of every prompt (rule read_paths)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.selection.path_readings import read_paths
from crosspatch.experiments.selection.paths import readable
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.vocabularies import open_vocabularies
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.halves import every_block
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.readout import readout_of
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    base: Path,
    tuned: Path,
    base_rollouts: Path,
    tuned_rollouts: Path,
    readings: Path,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load one whole checkpoint after the other; write one row per prompt, rollout and reader."""
    place = Placement(**placement)
    rollouts = {"base": read_table(base_rollouts, "rollouts"), "tuned": read_table(tuned_rollouts, "rollouts")}
    paths = readable(rollouts, open_vocabularies(base, tuned))
    tables = []
    for reader, manifest in (("base", base), ("tuned", tuned)):
        folder = open_checkpoint(manifest).folder
        model = load_model(folder, place)
        readout = readout_of(model, load_tokenizer(folder))
        tables.append(
            read_paths(every_block(model), readout, paths, reader=reader, batches=batches, device=place.device)
        )
        engine = engine_of(model, batches)
        del model, readout
    table = pd.concat(tables, ignore_index=True)
    write_table(table, readings, "path_readings", with_engine(provenance, engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
