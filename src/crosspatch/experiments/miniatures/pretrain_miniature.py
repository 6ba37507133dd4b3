"""Pretrain one miniature base checkpoint (rule pretrain_miniature)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.miniatures.training import pretrain
from crosspatch.files.provenance import with_checkpoint
from crosspatch.files.saving import save_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.instructions import check_kernels
from crosspatch.models.miniature.card import write_card
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
    card = write_card(
        name,
        description="A base checkpoint, pretrained on web documents of the miniature world.",
        settings={**checkpoint, **shape, **settings, "dtype": dtype},
        curve=curve,
    )
    engine = engine_of(model)
    save_checkpoint(cast_weights(model, dtype), words, weights.parent, name=name, origin=checkpoint, card=card)
    points = pd.DataFrame([vars(point) for point in curve]).assign(checkpoint=name)
    note = with_checkpoint(with_engine(provenance, engine), manifest)
    write_table(points, losses, "losses", note)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
