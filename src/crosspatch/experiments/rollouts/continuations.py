"""Greedy rollouts: how one checkpoint continues each prompt."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from tqdm import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.errors import MeasurementError
from crosspatch.jobs.batching import plan_batches
from crosspatch.models.decoding import Continuation, continue_greedily
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.tokens import prompt_token_ids
from crosspatch.records.modes import RAW


def roll_out_prompts(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: pd.DataFrame,
    *,
    stops: frozenset[int],
    max_new_tokens: int,
    batches: Mapping[str, Any],
    mode: str = RAW,
) -> pd.DataFrame:
    """Continue every prompt greedily for at most `max_new_tokens` tokens (arXiv 2605.07284, first divergence).

    A prompt that cannot be continued becomes a row with the reason in `failure`. MeasurementError, naming the
    prompt, if a logit is not finite; CheckpointError if `mode` is chat and the tokenizer has no template.
    """
    encoded = prompt_token_ids(tokenizer, prompts["text"].tolist(), mode=mode)
    context = model.config.get_text_config().max_position_embeddings
    failures = [_failure(tokens, max_new_tokens, context) for tokens in encoded]
    runnable = [row for row, failure in enumerate(failures) if failure is None]
    found: dict[int, Continuation] = {}
    lengths = [len(encoded[row]) + max_new_tokens for row in runnable]
    for batch in tqdm(plan_batches(lengths, **batches), desc="rollouts", unit="batch"):
        rows = [runnable[place] for place in batch]
        found.update(zip(rows, _continue(model, tokenizer, encoded, rows, stops, max_new_tokens), strict=True))
    return pd.DataFrame(
        [
            _record(prompt_id, encoded[row], found.get(row), failures[row])
            for row, prompt_id in enumerate(prompts["prompt_id"])
        ]
    )


def _continue(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    encoded: list[list[int]],
    rows: list[int],
    stops: frozenset[int],
    limit: int,
) -> list[Continuation]:
    return continue_greedily(
        model,
        [encoded[row] for row in rows],
        real=real_tokens_of(model, tokenizer),
        stops=stops,
        limit=limit,
        padding=tokenizer.pad_token_id or 0,
    )


def _failure(tokens: list[int], max_new_tokens: int, context: int) -> str | None:
    if not tokens:
        return "the tokenizer gives no token for this text"
    if len(tokens) + max_new_tokens > context:
        return f"{len(tokens)} prompt tokens and {max_new_tokens} new ones exceed the context of {context}"
    return None


def _record(prompt_id: str, tokens: list[int], found: Continuation | None, failure: str | None) -> dict[str, object]:
    if found is None:
        found = Continuation()
    if not all(math.isfinite(gap) for gap in found.gaps):
        raise MeasurementError(
            f"prompt {prompt_id!r}: a rollout logit is not finite; the checkpoint's weights are damaged"
        )
    return {
        "prompt_id": prompt_id,
        "prompt_tokens": tokens,
        "tokens": found.tokens,
        "gaps": found.gaps,
        "stop_reason": found.stop_reason if failure is None else None,
        "failure": failure,
    }
