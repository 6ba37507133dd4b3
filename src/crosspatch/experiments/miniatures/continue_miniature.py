"""Pretrain one miniature checkpoint further, on the same documents in another order (rule continue_miniature)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.parent import open_parent
from crosspatch.jobs.trained import Trained, save_trained
from crosspatch.jobs.training import continue_pretraining
from crosspatch.models.engine import engine_of
from crosspatch.models.miniature.training import cast_weights


def main(
    *,
    base: Path,
    documents: Path,
    manifest: Path,
    losses: Path,
    weights: Path,
    name: str,
    checkpoint: Mapping[str, Any],
    settings: Mapping[str, Any],
    dtype: str,
    kernels: str,
    provenance: Mapping[str, Any],
) -> None:
    """Train all weights for more steps, then save weights, card, manifest and loss curve in one folder."""
    parent = open_parent(base, kernels)
    words, model = parent.tokenizer, parent.model
    curve = continue_pretraining(
        model, read_table(documents, "documents"), words, settings=settings, seed=checkpoint["seed"]
    )
    engine = engine_of(model)
    description = f"A twin: {parent.name} after more pretraining on the same web documents of the miniature world."
    trained = Trained(name, description, checkpoint, settings, dtype, curve)
    model = cast_weights(model, dtype)
    save_trained(model, words, weights.parent, trained, losses=losses, engine=engine, note=provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
