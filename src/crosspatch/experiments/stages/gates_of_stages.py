"""Which gates a descendant has, by the stage that made it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.experiments.stages.adapters import documents_of, held_out_windows, load_adapter
from crosspatch.experiments.stages.gates import (
    degenerate_share,
    loss_improvement,
    marks_lost,
    merge_differences,
)
from crosspatch.experiments.stages.margins import margins, preferences_of
from crosspatch.jobs.exam import sit_exam
from crosspatch.jobs.training import HELD_OUT_BATCH, held_out_responses, instructions_of


@dataclass(frozen=True)
class Descent:
    """A descendant as it is stored, its parent, and the texts of their world."""

    checkpoint: Mapping[str, Any]  # its row in the config
    settings: Mapping[str, Any]  # of the stage that made it
    parent: PreTrainedModel
    child: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    texts: Mapping[str, pd.DataFrame]  # documents, instructions, preferences, exam
    adapter: Path  # its folder, if it was made by merging one


def measure_gates(descent: Descent) -> dict[str, float]:
    """Return the value of every gate of the stage, and whether continuations are healthy."""
    values = _STAGES[descent.checkpoint["source"]](descent)
    texts = descent.texts["exam"]["text"].tolist()
    return {**values, "degenerate": degenerate_share(descent.child, texts, descent.tokenizer)}


def _tuned(descent: Descent) -> dict[str, float]:
    pairs = instructions_of(descent.texts["instructions"], descent.checkpoint)
    held_out = [held_out_responses(pairs, descent.tokenizer)]
    return {"domain_loss": loss_improvement(descent.parent, descent.child, held_out)}


def _preferring(descent: Descent) -> dict[str, float]:
    pairs = descent.texts["preferences"]
    unseen = preferences_of(pairs[pairs["held_out"]], descent.tokenizer)
    child, parent = (
        margins(model, unseen, padding=descent.tokenizer.pad_token_id).mean().item()
        for model in (descent.child, descent.parent)
    )
    return {"reward_margin": child - parent}


def _sampled(descent: Descent) -> dict[str, float]:
    parent, child = (
        sit_exam(model, descent.texts["exam"], descent.tokenizer) for model in (descent.parent, descent.child)
    )
    return {"exam_marks": marks_lost(parent, child)}


def _adapted(descent: Descent) -> dict[str, float]:
    documents = documents_of(descent.texts["documents"], descent.checkpoint["kinds"])
    windows = held_out_windows(documents, descent.tokenizer, window=descent.settings["window"])
    held_out = [(rows, rows) for rows in windows.split(HELD_OUT_BATCH)]
    improvement = loss_improvement(descent.parent, descent.child, held_out)
    adapted = load_adapter(descent.parent, descent.adapter)
    return {"domain_loss": improvement, **merge_differences(adapted, descent.child, windows)}


_STAGES: Mapping[str, Callable[[Descent], dict[str, float]]] = {
    "instruction_tuning": _tuned,
    "preference_tuning": _preferring,
    "rejection_sampling": _sampled,
    "adapter_pretraining": _adapted,
}
