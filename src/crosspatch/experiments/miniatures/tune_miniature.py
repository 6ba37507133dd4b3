"""Instruction-tune one miniature checkpoint from its base (rule tune_miniature)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.miniatures.exam import sit_exam
from crosspatch.experiments.miniatures.training import tune
from crosspatch.files.atomic import write_text
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
    instructions: Path,
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
    """Tune all weights, examine the result, as it is stored, on held-out prompts; save everything in one folder."""
    parent = open_checkpoint(base)
    words = load_tokenizer(parent.folder)
    model = load_model(parent.folder, Placement("cpu", "float32", "sdpa", kernels=kernels))
    curve = tune(model, read_table(instructions, "instructions"), words, settings=settings, seed=checkpoint["seed"])
    engine = engine_of(model)
    marks = sit_exam(cast_weights(model, dtype), read_table(exam, "exam"), words)
    write_text(learned, json.dumps(marks, indent=2) + "\n")
    card = write_card(
        name,
        description=f"A tuned checkpoint: {parent.name} after tuning on instruction pairs of the miniature world.",
        settings={**checkpoint, **settings, "dtype": dtype},
        curve=curve,
        exam=marks,
    )
    save_checkpoint(model, words, weights.parent, name=name, origin=checkpoint, card=card)
    points = pd.DataFrame([vars(point) for point in curve]).assign(checkpoint=name)
    note = with_checkpoint(with_engine(provenance, engine), manifest)
    write_table(points, losses, "losses", note)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
