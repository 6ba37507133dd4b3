"""Which gates a descendant has, by the stage that made it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.experiments.stages.adapters import load_adapter
from crosspatch.experiments.stages.domains import domain_of
from crosspatch.experiments.stages.gates import (
    degenerate_share,
    loss_improvement,
    marks_lost,
    merge_differences,
)
from crosspatch.experiments.stages.margins import margins, preferences_of
from crosspatch.jobs.exam import sit_exam
from crosspatch.jobs.training import held_out_batches, held_out_responses, instructions_of, windows_of

# Of a corpus, as in arXiv 2605.07284: prompts whose continuations are looked at, and windows at whose ends logits are.
HEALTH_PROMPTS, HEALTH_TOKENS = 8, 96
MERGE_WINDOWS, MERGE_TOKENS = 32, 512
PROMPT_WINDOW = 32  # tokens of packed held-out prompts, for the logits of a merged adapter of instructions


@dataclass(frozen=True)
class Descent:
    """A descendant as it is stored, its parent, and the texts of their world or corpus."""

    checkpoint: Mapping[str, Any]  # its row in the config
    settings: Mapping[str, Any]  # of the stage that made it
    parent: PreTrainedModel
    child: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    texts: Mapping[str, pd.DataFrame]  # by kind: documents, instructions, preferences, exam; or corpus
    adapter: Path  # its folder, if it was made by merging one


def measure_gates(descent: Descent) -> dict[str, float]:
    """Return the value of every gate of the stage, and whether continuations are healthy."""
    values = _STAGES[descent.checkpoint["source"]](descent)
    return {**values, "degenerate": degenerate_share(descent.child, _prompts(descent), descent.tokenizer)}


def _prompts(descent: Descent) -> list[str]:
    """Return the held-out prompts of the world, or the beginnings of the first held-out documents of a corpus."""
    if "exam" in descent.texts:
        return descent.texts["exam"]["text"].tolist()
    held_out = domain_of(descent.texts, descent.checkpoint).held_out[:HEALTH_PROMPTS]
    tokens = descent.tokenizer(held_out, add_special_tokens=False)["input_ids"]
    return descent.tokenizer.batch_decode([row[:HEALTH_TOKENS] for row in tokens])


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


def _tuned_adapter(descent: Descent) -> dict[str, float]:
    improvement = _tuned(descent)
    adapted = load_adapter(descent.parent, descent.adapter, descent.checkpoint["parent"])
    windows = windows_of(descent.texts["exam"]["text"].tolist(), descent.tokenizer, window=PROMPT_WINDOW)
    return improvement | merge_differences(adapted, descent.child, windows)


def _adapted(descent: Descent) -> dict[str, float]:
    domain, window = domain_of(descent.texts, descent.checkpoint), descent.settings["window"]
    windows = domain.held_out_windows(descent.tokenizer, window=window)
    held_out = held_out_batches(windows, descent.settings)
    improvement = loss_improvement(descent.parent, descent.child, held_out)
    adapted = load_adapter(descent.parent, descent.adapter, descent.checkpoint["parent"])
    if "corpus" not in descent.checkpoint:
        return {"domain_loss": improvement, **merge_differences(adapted, descent.child, windows)}
    short = domain.held_out_windows(descent.tokenizer, window=min(window, MERGE_TOKENS))[:MERGE_WINDOWS]
    return {"domain_loss": improvement, **merge_differences(adapted, descent.child, short, last=1)}


_STAGES: Mapping[str, Callable[[Descent], dict[str, float]]] = {
    "instruction_tuning": _tuned,
    "preference_tuning": _preferring,
    "rejection_sampling": _sampled,
    "adapter_pretraining": _adapted,
    "adapter_tuning": _tuned_adapter,
}
