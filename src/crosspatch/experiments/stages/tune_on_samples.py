"""Tune a miniature on its own right answers (rule tune_on_samples)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.experiments.stages.sampling import draw_samples, kept_pairs
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.examined import save_examined
from crosspatch.jobs.trained import Trained
from crosspatch.jobs.training import tune
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import load_tokenizer


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
    parent = open_checkpoint(base)
    words = load_tokenizer(parent.folder)
    model = load_model(parent.folder, Placement("cpu", "float32", "sdpa", kernels=kernels))
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
