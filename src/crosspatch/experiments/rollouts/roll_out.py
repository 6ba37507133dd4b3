"""Continue every prompt greedily with one checkpoint (rule roll_out)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.rollouts import roll_out_prompts
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import load_tokenizer, stop_token_ids


def main(
    *,
    checkpoint: Path,
    prompts: Path,
    checked: list[Path],
    rollouts: Path,
    mode: str,
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    max_new_tokens: int,
    provenance: Mapping[str, Any],
) -> None:
    """Load the whole checkpoint of a checked pair, decode in batches, write one row per prompt."""
    opened = open_checkpoint(checkpoint)
    words = load_tokenizer(opened.folder)
    model = load_model(opened.folder, Placement(**placement))
    table = roll_out_prompts(
        model,
        words,
        read_table(prompts, "prompts"),
        stops=stop_token_ids(words, opened.stop_tokens),
        max_new_tokens=max_new_tokens,
        batches=batches,
        mode=mode,
    )
    write_table(table, rollouts, "rollouts", with_engine(provenance, engine_of(model, batches)))


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
