"""Pretrain one miniature checkpoint further, on the same documents in another order (rule continue_miniature)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.miniatures.training import continue_pretraining
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.provenance import with_checkpoint
from crosspatch.files.saving import save_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.miniature.card import write_card
from crosspatch.models.miniature.training import cast_weights
from crosspatch.models.tokens import load_tokenizer


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
    parent = open_checkpoint(base)
    words = load_tokenizer(parent.folder)
    model = load_model(parent.folder, Placement("cpu", "float32", "sdpa", kernels=kernels))
    curve = continue_pretraining(
        model, read_table(documents, "documents"), words, settings=settings, seed=checkpoint["seed"]
    )
    engine = engine_of(model)
    card = write_card(
        name,
        description=f"A twin: {parent.name} after more pretraining on the same web documents of the miniature world.",
        settings={**checkpoint, **settings, "dtype": dtype},
        curve=curve,
    )
    save_checkpoint(cast_weights(model, dtype), words, weights.parent, name=name, origin=checkpoint, card=card)
    points = pd.DataFrame([vars(point) for point in curve]).assign(checkpoint=name)
    note = with_checkpoint(with_engine(provenance, engine), manifest)
    write_table(points, losses, "losses", note)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
