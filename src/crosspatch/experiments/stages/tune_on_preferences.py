"""Tune a miniature on preference pairs (rule tune_on_preferences)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.preferences import tune_on_preferences
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.examined import save_examined
from crosspatch.jobs.parent import open_parent
from crosspatch.jobs.trained import Trained


def main(
    *,
    base: Path,
    preferences: Path,
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
    """Tune all weights with the parent as reference, examine the result as it is stored, and save everything."""
    parent = open_parent(base, kernels)
    words, model = parent.tokenizer, parent.model
    pairs = read_table(preferences, "preferences")
    curve = tune_on_preferences(model, pairs, words, settings=settings, seed=checkpoint["seed"])
    description = f"{parent.name} after direct preference optimisation on preference pairs of the miniature world."
    trained = Trained(name, description, checkpoint, settings, dtype, curve, unit="nats per pair")
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
