"""Tune a miniature on its own right answers (rule tune_on_samples)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.sampling import draw_samples, kept_pairs
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.examined import save_examined
from crosspatch.jobs.parent import open_parent
from crosspatch.jobs.trained import Trained
from crosspatch.jobs.training import tune


def main(
    *,
    base: Path,
    preferences: Path,
    exam: Path,
    manifest: Path,
    losses: Path,
    learned: Path,
    samples: Path,
    weights: Path,
    name: str,
    checkpoint: Mapping[str, Any],
    settings: Mapping[str, Any],
    dtype: str,
    kernels: str,
    provenance: Mapping[str, Any],
) -> None:
    """Draw samples, tell which are right, tune all weights on these, and save everything in one folder."""
    parent = open_parent(base, kernels)
    words, model = parent.tokenizer, parent.model
    drawn = draw_samples(
        model, read_table(preferences, "preferences"), words, settings=settings, seed=checkpoint["seed"]
    )
    write_table(drawn.assign(checkpoint=name), samples, "samples", provenance)
    curve = tune(model, kept_pairs(drawn, name, parent.name), words, settings=settings, seed=checkpoint["seed"])
    description = f"{parent.name} after tuning on those of its own sampled answers that are right (rejection sampling)."
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
