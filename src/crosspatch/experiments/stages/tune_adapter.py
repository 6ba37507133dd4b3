"""Tune an adapter of a miniature on instruction pairs, and merge it (rule tune_adapter)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.adapters import adapt_to_instructions, save_adapter
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.examined import save_examined
from crosspatch.jobs.parent import open_parent
from crosspatch.jobs.trained import Trained
from crosspatch.jobs.training import instructions_of


def main(
    *,
    base: Path,
    instructions: Path,
    exam: Path,
    manifest: Path,
    losses: Path,
    learned: Path,
    weights: Path,
    adapter: Path,
    adapter_config: Path,
    name: str,
    checkpoint: Mapping[str, Any],
    settings: Mapping[str, Any],
    dtype: str,
    kernels: str,
    provenance: Mapping[str, Any],
) -> None:
    """Train the adapter, save it beside the checkpoint, merge it into the weights, examine and save these."""
    parent = open_parent(base, kernels)
    words = parent.tokenizer
    pairs = instructions_of(read_table(instructions, "instructions"), checkpoint)
    adapted, curve = adapt_to_instructions(parent.model, pairs, words, settings=settings, seed=checkpoint["seed"])
    save_adapter(adapted, adapter.parent, parent.name)
    description = f"{parent.name} with a merged low-rank adapter, tuned on instruction pairs of the miniature world."
    trained = Trained(name, description, checkpoint, settings, dtype, curve)
    save_examined(
        adapted.merge_and_unload(),
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
