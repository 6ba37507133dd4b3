"""Pretrain one miniature base checkpoint (rule pretrain_miniature)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.miniature import pretrain
from crosspatch.files.saving import save_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.models.miniature.card import write_card
from crosspatch.models.tokens import load_tokenizer
from crosspatch.stages.binding import bind


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
    provenance: Mapping[str, Any],
) -> None:
    """Train from random weights, then save weights, card, loss curve and manifest in one folder."""
    words = load_tokenizer(tokenizer.parent)
    model, curve = pretrain(
        read_table(documents, "documents"),
        words,
        architecture=checkpoint["architecture"],
        shape=shape,
        settings=settings,
        seed=checkpoint["seed"],
    )
    write_table(pd.DataFrame([vars(point) for point in curve]).assign(checkpoint=name), losses, "losses", provenance)
    card = write_card(
        name,
        description="A base checkpoint, pretrained on web documents of the miniature world.",
        settings={**checkpoint, **shape, **settings},
        curve=curve,
    )
    save_checkpoint(model, words, weights.parent, name=name, origin=checkpoint, card=card)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
