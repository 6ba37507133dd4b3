"""Greedy rollouts: how one checkpoint continues each prompt, as it is or with other MLPs in some blocks."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from tqdm import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.errors import MeasurementError
from crosspatch.jobs.batching import plan_batches
from crosspatch.models.decoding import Continuation, as_it_is, continue_greedily
from crosspatch.models.grafts import Mlps
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.tokens import prompt_token_ids
from crosspatch.records.modes import RAW

Edit = Callable[[Sequence[str]], Mlps]
"""From the ids of prompts that are run together to the MLPs that stand in the place of the checkpoint's meanwhile."""


def roll_out_prompts(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: pd.DataFrame,
    *,
    stops: frozenset[int],
    max_new_tokens: int,
    batches: Mapping[str, Any],
    mode: str = RAW,
    edit: Edit = as_it_is,
) -> pd.DataFrame:
    """Continue every prompt greedily for at most `max_new_tokens` tokens (arXiv 2605.07284, first divergence).

    `edit` says which MLPs stand in the place of the checkpoint's, in the prompt and at every step; none if left out.
    A prompt that cannot be continued becomes a row with the reason in `failure`. MeasurementError, naming the
    prompt, if a logit is not finite; CheckpointError if `mode` is chat and the tokenizer has no template.
    """
    encoded = prompt_token_ids(tokenizer, prompts["text"].tolist(), mode=mode)
    context = model.config.get_text_config().max_position_embeddings
    failures = [_failure(tokens, max_new_tokens, context) for tokens in encoded]
    runnable = [row for row, failure in enumerate(failures) if failure is None]
    found: dict[int, Continuation] = {}
    lengths = [len(encoded[row]) + max_new_tokens for row in runnable]
    names, padding = prompts["prompt_id"].tolist(), tokenizer.pad_token_id or 0
    real = real_tokens_of(model, tokenizer)
    decode = partial(continue_greedily, model, real=real, stops=stops, limit=max_new_tokens, padding=padding)
    for batch in tqdm(plan_batches(lengths, **batches), desc="rollouts", unit="batch"):
        rows = [runnable[place] for place in batch]
        under = partial(_of_places, edit, [names[row] for row in rows])
        found.update(zip(rows, decode([encoded[row] for row in rows], under=under), strict=True))
    return pd.DataFrame(
        [_record(prompt_id, encoded[row], found.get(row), failures[row]) for row, prompt_id in enumerate(names)]
    )


def _of_places(edit: Edit, names: Sequence[str], places: Sequence[int]) -> Mlps:
    return edit([names[place] for place in places])


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
