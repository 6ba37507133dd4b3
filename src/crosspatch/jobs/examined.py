"""Saving what a job tuned, with its marks; apart from other training, which is none of the exam's dependants."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.files.atomic import write_text
from crosspatch.jobs.exam import sit_exam
from crosspatch.jobs.trained import Trained, save_trained
from crosspatch.models.engine import engine_of
from crosspatch.models.miniature.training import cast_weights


def save_examined(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    trained: Trained,
    *,
    exam: pd.DataFrame,
    learned: Path,
    losses: Path,
    note: Mapping[str, Any],
) -> None:
    """Examine a tuned checkpoint, as it is stored, on held-out prompts, and save it with its marks."""
    engine = engine_of(model)
    marks = sit_exam(cast_weights(model, trained.dtype), exam, tokenizer)
    write_text(learned, json.dumps(marks, indent=2) + "\n")
    save_trained(model, tokenizer, folder, trained, losses=losses, engine=engine, note=note, marks=marks)
