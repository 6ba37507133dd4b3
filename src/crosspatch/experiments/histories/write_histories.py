"""Write what one teacher wrote, as histories that every reader reads (rule write_histories)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.histories.written import histories_of
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.vocabularies import open_vocabularies
from crosspatch.models.configs import text_config
from crosspatch.records.sides import SIDES


def main(
    *,
    base: Path,
    tuned: Path,
    prompts: Path,
    rollouts: Path,
    histories: Path,
    mode: str,
    provenance: Mapping[str, Any],
) -> None:
    """Put prompts in both modes before what the teacher wrote; no model is loaded."""
    contexts = [text_config(open_checkpoint(side).folder).max_position_embeddings for side in (base, tuned)]
    table = histories_of(
        read_table(prompts, "prompts"),
        read_table(rollouts, "rollouts"),
        dict(zip(SIDES, open_vocabularies(base, tuned), strict=True)),
        mode=mode,
        context=min(contexts),
    )
    write_table(table, histories, "histories", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
