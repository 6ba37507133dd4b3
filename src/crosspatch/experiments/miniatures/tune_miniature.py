"""Instruction-tune one miniature checkpoint from its base (rule tune_miniature)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.examined import save_examined
from crosspatch.jobs.parent import open_parent
from crosspatch.jobs.trained import Trained
from crosspatch.jobs.training import instructions_of, tune


def main(
    *,
    base: Path,
    instructions: Path,
    exam: Path,
    manifest: Path,
    losses: Path,
    learned: Path,
    weights: Path,
    name: str,
    checkpoint: Mapping[str, Any],
    settings: Mapping[str, Any],
    dtype: str,
    kernels: str,
    provenance: Mapping[str, Any],
) -> None:
    """Tune all weights, examine the result, as it is stored, on held-out prompts; save everything in one folder."""
    parent = open_parent(base, kernels)
    words, model = parent.tokenizer, parent.model
    pairs = instructions_of(read_table(instructions, "instructions"), checkpoint)
    curve = tune(model, pairs, words, settings=settings, seed=checkpoint["seed"])
    description = f"A tuned checkpoint: {parent.name} after tuning on instruction pairs of the miniature world."
    trained = Trained(name, description, checkpoint, settings, dtype, curve)
    save_examined(
        model,
        words,
        weights.parent,
        trained,
        exam=read_table(exam, "exam"),
        learned=learned,
        losses=losses,
        note=provenance,
    )


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
