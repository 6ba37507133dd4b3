"""Train the lens of one checkpoint and judge it on held-out text (rule train_lens)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.lenses.opened import open_for_lens
from crosspatch.experiments.lenses.quality import beats_raw, quality_table
from crosspatch.experiments.lenses.training import LensPoint
from crosspatch.files.states import write_states
from crosspatch.files.tables import write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import with_engine
from crosspatch.models.lens import tensors_of


def losses_table(checkpoint: str, curve: Sequence[LensPoint]) -> pd.DataFrame:
    """Return the losses of every block at every step that was looked at."""
    rows = [
        (point.step, point.quantity, block, loss) for point in curve for block, loss in enumerate(point.losses.tolist())
    ]
    table = pd.DataFrame(rows, columns=["step", "quantity", "block", "loss"])
    return table.assign(checkpoint=checkpoint)


def main(
    *,
    checkpoint: Path,
    texts: Path,
    lens: Path,
    losses: Path,
    quality: Path,
    mode: str,
    settings: Mapping[str, Any],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Train all blocks' maps on texts as the checkpoint reads them; write the lens, its losses and its quality."""
    opened = open_for_lens(checkpoint, texts, mode=mode, settings=settings, placement=placement, batches=batches)
    trained, curve = opened.train(settings["seed"])
    note = with_engine(provenance, opened.engine)
    table = quality_table(opened.checkpoint, trained, opened.judging())
    table = table.assign(checkpoint=opened.name, text="held_out", beats_raw=table["block"].map(beats_raw(table)))
    write_states(tensors_of(trained), lens, note)
    write_table(losses_table(opened.name, curve), losses, "lens_losses", note)
    write_table(table, quality, "lens_quality", note)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
