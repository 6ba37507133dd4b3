"""Train further lenses of one checkpoint on its texts in another order, and judge them (rule repeat_lens)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.lenses.opened import open_for_lens
from crosspatch.experiments.lenses.quality import quality_table
from crosspatch.experiments.lenses.texts import continuation_rows, in_batches
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import with_engine
from crosspatch.records.histories import TUNED_LENS


def main(
    *,
    checkpoint: Path,
    texts: Path,
    rollouts: Path,
    repeats: Path,
    mode: str,
    settings: Mapping[str, Any],
    seeds: Sequence[int],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Held-out texts are those of the study's own lens; only the order of the training texts is another."""
    opened = open_for_lens(checkpoint, texts, mode=mode, settings=settings, placement=placement, batches=batches)
    continued = in_batches(continuation_rows(read_table(rollouts, "rollouts")), batches["tokens"])
    tables = []
    for seed in seeds:
        trained, _ = opened.train(seed)
        for text, tokens in (("held_out", opened.judging()), ("continuations", continued)):
            tables.append(quality_table(opened.checkpoint, trained, tokens).assign(seed=seed, text=text))
    table = pd.concat(tables, ignore_index=True).assign(checkpoint=opened.name)
    table = table[table["lens"] == TUNED_LENS].drop(columns="lens")
    write_table(table, repeats, "lens_repeats", with_engine(provenance, opened.engine))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
