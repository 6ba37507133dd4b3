"""Saving what a job trained: weights, card, manifest and loss curve in one folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.files.checkpoint_manifests import MANIFEST
from crosspatch.files.provenance import with_checkpoint
from crosspatch.files.saving import save_checkpoint
from crosspatch.files.tables import write_table
from crosspatch.models.engine import with_engine
from crosspatch.models.miniature.card import MINIATURE, Marks, write_card
from crosspatch.models.miniature.training import LossPoint


@dataclass(frozen=True)
class Trained:
    """What was trained and how: a name, a sentence, the rows of the config that say it, and the loss curve."""

    name: str
    description: str
    origin: Mapping[str, Any]
    settings: Mapping[str, Any]
    dtype: str
    curve: list[LossPoint]
    unit: str = "nats per token"  # of its losses
    about: str = MINIATURE  # a sentence on what it is for


def save_trained(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    trained: Trained,
    *,
    losses: Path,
    engine: Mapping[str, Any],
    note: Mapping[str, Any],
    marks: Marks | None = None,
) -> None:
    """Save a model whose weights have the dtype that they are stored in; `engine` trained it, `note` says for whom."""
    card = write_card(
        trained.name,
        description=trained.description,
        settings={**trained.origin, **trained.settings, "dtype": trained.dtype},
        curve=trained.curve,
        exam=marks,
        unit=trained.unit,
        about=trained.about,
    )
    save_checkpoint(model, tokenizer, folder, name=trained.name, origin=trained.origin, card=card)
    points = pd.DataFrame([vars(point) for point in trained.curve]).assign(checkpoint=trained.name)
    write_table(points, losses, "losses", with_checkpoint(with_engine(note, engine), folder / MANIFEST))
