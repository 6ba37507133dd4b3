"""Read histories again, to other ends and through the other checkpoint's lens (rule vary_readings)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.histories.varied import varied_readings
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.lens import open_reader
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement
from crosspatch.records.histories import RAW_LENS


def final_entropy(readings: pd.DataFrame) -> float:
    """Return the mean entropy of a reader's final predictions over all steps, in nats."""
    final = readings[(readings["block"] == readings["block"].max()) & (readings["lens"] == RAW_LENS)]
    return float(final["entropy"].mean())


def main(
    *,
    checkpoint: Path,
    lens: Path,
    histories: list[Path],
    others: list[Path],
    varied: list[Path],
    mode: str,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load the checkpoint with the lens of the other one; `others` are that one's readings of the same histories."""
    reader = open_reader(checkpoint, lens, Placement(**placement))
    made = with_engine(provenance, engine_of(reader.model, batches))
    for history, other, rows in zip(histories, others, varied, strict=True):
        entropy = final_entropy(read_table(other, "readings"))
        table = read_table(history, "histories")
        found = varied_readings(reader, table, mode=mode, entropy=entropy, batches=batches)
        write_table(found, rows, "varied_readings", made)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
