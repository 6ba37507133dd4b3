"""Pretrain one miniature base checkpoint (rule pretrain_miniature)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.trained import Trained, save_trained
from crosspatch.jobs.training import pretrain
from crosspatch.models.engine import engine_of
from crosspatch.models.instructions import check_kernels
from crosspatch.models.miniature.training import cast_weights
from crosspatch.models.tokens import load_tokenizer


def main(
    *,
    documents: Path,
    tokenizer: Path,
    manifest: Path,
    losses: Path,
    weights: Path,
    name: str,
    checkpoint: Mapping[str, Any],
    shape: Mapping[str, int],
    settings: Mapping[str, Any],
    dtype: str,
    kernels: str,
    provenance: Mapping[str, Any],
) -> None:
    """Train from random weights, then save weights, card, manifest and loss curve in one folder."""
    check_kernels(kernels)
    words = load_tokenizer(tokenizer.parent)
    model, curve = pretrain(
        read_table(documents, "documents"),
        words,
        architecture=checkpoint["architecture"],
        shape=shape,
        settings=settings,
        seed=checkpoint["seed"],
    )
    engine = engine_of(model)
    description = "A base checkpoint, pretrained on web documents of the miniature world."
    trained = Trained(name, description, checkpoint, {**shape, **settings}, dtype, curve)
    model = cast_weights(model, dtype)
    save_trained(model, words, weights.parent, trained, losses=losses, engine=engine, note=provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
