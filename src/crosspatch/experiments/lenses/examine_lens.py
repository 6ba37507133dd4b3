"""Judge the lens of one checkpoint on the checkpoint's own continuations (rule examine_lens)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.lenses.passes import frozen
from crosspatch.experiments.lenses.quality import beats_raw, quality_table
from crosspatch.experiments.lenses.texts import continuation_rows, in_batches
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.lens import read_lens
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    checkpoint: Path,
    lens: Path,
    quality: Path,
    rollouts: Path,
    continuations: Path,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Read every continuation once; whether a block's map beats the raw lens is still that of held-out text."""
    opened = open_checkpoint(checkpoint)
    model = load_model(opened.folder, Placement(**placement))
    held = frozen(model, load_tokenizer(opened.folder))
    trained = read_lens(lens, checkpoint=opened.name, blocks=len(held.blocks), width=held.width)
    rows = continuation_rows(read_table(rollouts, "rollouts"))
    table = quality_table(held, trained, in_batches(rows, batches["tokens"]))
    better = beats_raw(read_table(quality, "lens_quality"))
    table = table.assign(checkpoint=opened.name, text="continuations", beats_raw=table["block"].map(better))
    write_table(table, continuations, "lens_quality", with_engine(provenance, engine_of(model, batches)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
